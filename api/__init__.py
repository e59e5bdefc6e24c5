"""Composition root of the HTTP service; one file a resource."""
