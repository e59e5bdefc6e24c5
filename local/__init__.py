"""Runs the whole system on one machine: Temporal, S3, payment sandbox, worker, API, demo."""
