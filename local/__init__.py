"""The whole system on one machine: Temporal, S3, payment sandbox, demo."""
