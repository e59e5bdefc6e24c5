"""What every request passes: authentication, body limit, metrics; and the pages that are served."""
