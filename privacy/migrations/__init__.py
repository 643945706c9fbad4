"""Schema history of privacy."""
