"""The engine, migrations on start, and statements that both engines understand."""
