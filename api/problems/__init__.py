"""Errors as HTTP problems (RFC 9457)."""
