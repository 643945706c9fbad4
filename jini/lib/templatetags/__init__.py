"""Template tags without knowledge of any app."""
