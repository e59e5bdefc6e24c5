"""The connection to the database, migrations, and statements that both engines understand."""
