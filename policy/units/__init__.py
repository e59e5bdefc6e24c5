"""The units of an order: those sold and the replacements that take their place, and which of them a case gets."""
