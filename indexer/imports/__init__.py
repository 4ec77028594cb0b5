"""Brings contacts in from CSV files, row after row, however large the file: read, map, check, write, report."""
