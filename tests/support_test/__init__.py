"""Tests of the test support itself: a fixture that lies would make every other test worthless."""
