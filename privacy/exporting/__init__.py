"""Copies of what is held, made from the inventory."""
