"""Evidence in any S3."""
