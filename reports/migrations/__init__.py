"""Schema history of reports."""
