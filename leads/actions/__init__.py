"""Verbs that span several nouns of leads."""
