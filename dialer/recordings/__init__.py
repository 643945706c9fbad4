"""Recordings: decided on, started, heard of, fetched, played and erased."""
