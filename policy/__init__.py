"""The refund policy as pure functions of facts and a given time; each docstring names the rules it implements."""
