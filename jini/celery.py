"""The Celery application: it only wakes workers, the truth is in PostgreSQL."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jini.settings")

app = Celery("jini")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery would close the connection to the database before and after every task, and most of ours are done in
# milliseconds. It is kept between them as it is between two requests: until it is old, or found broken.
app.conf.CELERY_DB_REUSE_MAX = sys.maxsize


@task_prerun.connect
@task_postrun.connect
def keep_connection(**_: Any) -> None:
    """Close what is old or broken, and have the next statement see first whether the server is still there."""
    from django.db import close_old_connections  # noqa: PLC0415 -- after the settings

    close_old_connections()
