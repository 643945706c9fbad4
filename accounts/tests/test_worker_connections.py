"""What a worker does with its connection to the database between two tasks."""

import psycopg2
import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.db import connection

from accounts.tasks import run_due
from jini.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def between_two_tasks():
    """Send what Celery sends, with what it does by itself in a worker for Django."""
    celerys_own = DjangoWorkerFixup(app)
    for moment, own in ((task_postrun, celerys_own.on_task_postrun), (task_prerun, celerys_own.on_task_prerun)):
        own(sender=run_due)
        moment.send(sender=run_due)


def test_it_is_kept():
    before = backend()

    between_two_tasks()

    assert backend() == before


def test_without_our_setting_it_would_be_closed(monkeypatch):
    """The twin: it is the setting that keeps it."""
    monkeypatch.delitem(app.conf.changes, "CELERY_DB_REUSE_MAX")
    before = backend()

    between_two_tasks()

    assert backend() != before


def test_one_that_broke_is_made_anew():
    before = backend()
    with psycopg2.connect(connection.connection.dsn, password=connection.settings_dict["PASSWORD"]) as other:
        # As who logs in: the role that the application works as may not.
        other.cursor().execute("SET ROLE NONE; SELECT pg_terminate_backend(%s, 5000)", [before])
    other.close()

    between_two_tasks()

    assert backend() != before


def test_one_that_is_old_is_made_anew():
    before = backend()
    connection.close_at = 0

    between_two_tasks()

    assert backend() != before
