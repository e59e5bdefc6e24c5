"""The database: tables, and books that take and give domain values."""
