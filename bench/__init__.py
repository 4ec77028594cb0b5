"""Measures the service against its lines: `python -m bench`, or `make bench`. See docs/benchmarks.md."""
