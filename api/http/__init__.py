"""What applies to every request (authentication, body limit, metrics), and the pages that are served."""
