"""Consistency tests that walk models, URLs and templates."""
