"""The services of the local system: how and in which order they are started, and when each is ready."""
