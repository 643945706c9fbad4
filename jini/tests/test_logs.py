"""What a line of the log holds: its fields, and of a fault where it happened, but no values."""

import logging.config

from django.conf import settings
from django.test import RequestFactory

from jini.celery import app


def line(capsys, write) -> str:
    logger = logging.getLogger("jini.test")
    logging.config.dictConfig(settings.LOGGING)
    try:
        write(logger)
    finally:
        said = capsys.readouterr().err
    return said


def test_the_fields_of_a_line_stand_behind_it(capsys):
    said = line(capsys, lambda logger: logger.warning("call.dialled", extra={"call": "one", "leg": "agent"}))

    assert all(part in said for part in ("warning", "call.dialled", "jini.test", "call=one", "leg=agent"))


def test_a_fault_is_told_with_its_place_and_without_the_values_of_its_variables(capsys):
    def fail(logger):
        phones = ["+919000000001"]
        try:
            phones[1]
        except IndexError:
            logger.exception("work.failed", extra={"task": "x.y"})

    said = line(capsys, fail)

    assert "IndexError" in said
    assert "task=x.y" in said
    assert "+919000000001" not in said


def test_what_was_searched_for_is_not_told(capsys):
    request = RequestFactory().get("/leads/?q=Meera")

    said = line(
        capsys, lambda logger: logger.warning("Not Found: /leads/", extra={"request": request, "status_code": 404})
    )

    assert "status_code=404" in said
    assert "Meera" not in said


def test_the_worker_writes_as_every_other_process():
    assert app.conf.worker_hijack_root_logger is False
