"""What activities need from the outside, as protocols that `gateways` and `db` implement."""
