"""Template words of figures."""
