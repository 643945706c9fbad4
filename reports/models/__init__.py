"""Figures kept ready: per telecaller and day, and per organisation and day above it."""

from reports.models.day_figures import DayFigures
from reports.models.dirty_day import DirtyDay

__all__ = ["DayFigures", "DirtyDay"]
