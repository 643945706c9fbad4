"""Tests of the app-neutral code."""
