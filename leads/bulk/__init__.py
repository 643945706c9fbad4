"""Doing one thing with many leads: what can be done, and how a step of it is written."""
