"""Schema history of leads."""
