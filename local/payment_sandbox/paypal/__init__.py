"""PayPal's dialect of the payment sandbox."""
