"""The activities, through which workflows reach the outside; the ports that they need are declared beside them."""
