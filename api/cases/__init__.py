"""How the routes reach cases: access, ids, messages to the running workflow, uploads."""
