"""How the service's own processes reach a running case: started, signalled, and what a silent Temporal means."""
