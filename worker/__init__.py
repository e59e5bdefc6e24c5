"""The worker process, and the commands that prepare and promote it."""
