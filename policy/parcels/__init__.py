"""Parcels: the codes that identify them, and what their couriers report (R18-R20, R22)."""
