"""What the workflow asks of the outside: activities, each with the ports it needs declared beside it."""
