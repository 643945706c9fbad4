"""Tests that walk the whole project."""
