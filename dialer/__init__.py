"""The dialer app."""
