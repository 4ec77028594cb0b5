"""Webhooks: what is told to whom, where it may go, and how it gets there at least once under one id."""
