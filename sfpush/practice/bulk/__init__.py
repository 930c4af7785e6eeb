"""Bulk API 2.0: `jobs` (what a job is and where it is kept), `ingest` and `extract` (doing one), `runner` (when)."""
