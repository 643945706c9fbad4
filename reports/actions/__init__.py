"""Verbs that span several nouns of reports."""
