"""The database: tables, and classes that store and return domain values."""
