"""Schema history of teams."""
