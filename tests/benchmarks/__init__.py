"""Measured by hand, one figure a line: `python -m tests.benchmarks.import_export`."""
