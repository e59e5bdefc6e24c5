"""What routes use to handle cases: access, ids, messages to the running workflow, uploads."""
