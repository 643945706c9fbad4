"""Template words that every page may use."""
