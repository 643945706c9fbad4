"""Figures kept ready: per telecaller and day, and per organisation and day above it."""

from reports.models.day_figures import DayFigures

__all__ = ["DayFigures"]
