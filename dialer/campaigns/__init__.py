"""The dialer's campaigns."""
