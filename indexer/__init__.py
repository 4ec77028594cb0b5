"""Keeps the search index, the percolator and the list memberships in step with the records."""
