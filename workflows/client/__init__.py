"""How the service's own processes start and signal cases, and what happens when Temporal does not answer."""
