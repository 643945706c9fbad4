"""The registry of those who keep figures."""

import datetime as dt
import uuid

from jini.lib import figures


def test_every_listener_hears_of_a_change_once(monkeypatch):
    monkeypatch.setattr(figures, "_listeners", [])
    heard = []
    moment, member_id = dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC), uuid.uuid4()

    def listen(*change):
        heard.append(change)

    figures.on_change(listen)
    figures.on_change(listen)
    figures.mark_dirty(moment, member_id)

    assert heard == [(moment, member_id)]
