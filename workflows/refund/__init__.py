"""The refund process, one workflow per case."""
