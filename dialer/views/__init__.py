"""Pages of dialer."""
