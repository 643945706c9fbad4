"""Verbs that span several nouns of privacy."""
