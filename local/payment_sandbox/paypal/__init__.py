"""PayPal's API in the payment sandbox."""
