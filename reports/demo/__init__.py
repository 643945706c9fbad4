"""Invented people and a month of their calls, so that a first look shows an organisation at work."""
