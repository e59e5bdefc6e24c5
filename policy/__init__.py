"""The refund policy as pure functions over facts and a given time; each rule id stands where the rule is."""
