"""Management commands of reports, which may use every app."""
