"""Labels of parcels: the tracking number in whatever a scanner reads or a person types."""
