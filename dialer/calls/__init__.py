"""The dialer's calls."""
