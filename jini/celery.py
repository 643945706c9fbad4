"""The Celery application: it only wakes workers, the truth is in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jini.settings")

app = Celery("jini")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
