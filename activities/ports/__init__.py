"""What activities need from the outside: Protocols that gateways and db implement."""
