"""The privacy app."""
