"""The services of the local system: how each is started, when it is ready, and in which order."""
