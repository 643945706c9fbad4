"""The project: settings, URLs, workers."""

from jini.celery import app as celery_app

__all__ = ["celery_app"]
