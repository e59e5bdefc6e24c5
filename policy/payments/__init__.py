"""How a refund is split over the payments of an order, and what went back from each (R32, R33, R35)."""
