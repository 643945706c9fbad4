"""The dialer's providers."""
