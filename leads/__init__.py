"""The leads app."""
