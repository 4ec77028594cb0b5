"""Tests of the contact service; a package so that every test can import `tests.support`."""
