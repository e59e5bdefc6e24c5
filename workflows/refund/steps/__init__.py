"""What each message and each deadline does to a case: pure functions, in the order of the policy."""
