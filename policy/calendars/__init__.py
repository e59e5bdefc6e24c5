"""What becomes known about working days later."""
