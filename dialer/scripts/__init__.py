"""Scripts: what is in them, what is wrong with them, and the way through one in a call."""
