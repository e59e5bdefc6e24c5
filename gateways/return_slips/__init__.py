"""The return slip that a customer prints or shows."""
