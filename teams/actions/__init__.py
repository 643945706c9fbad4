"""Verbs that span several nouns of teams."""
