"""Verbs that span several nouns of accounts."""
