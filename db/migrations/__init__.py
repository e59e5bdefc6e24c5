"""The Alembic migrations, revision by revision."""
