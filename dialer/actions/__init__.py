"""Verbs that span several nouns of dialer."""
