"""Schema history of dialer."""
