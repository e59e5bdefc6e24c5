"""Orchestration only: one durable workflow per refund."""
