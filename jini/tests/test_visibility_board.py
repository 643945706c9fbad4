"""Who sees what on the board: the leads of the list, in its columns, its figures and its further cards."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from jini.tests.sights import MANAGERS, SEES
from leads.models import ImportKept, ImportSource, SavedMapping, Status

LEADERS = pytest.mark.parametrize("who", [*MANAGERS, "admin", "owner"])
FOLLOWERS = pytest.mark.parametrize("who", SEES)


@FOLLOWERS
def test_the_board_its_counts_and_its_further_cards(client_of, world, who):
    client = client_of(world.people[who])
    columns = {column.status.name: column for column in client.get(reverse("leads:board")).context["columns"]}
    open_ones = {name for name, lead in world.leads.items() if lead.pk in {card.pk for card in columns["New"].cards}}

    assert open_ones == SEES[who]
    assert columns["New"].count == columns["Won"].count == str(len(SEES[who]))
    assert {card.name for card in columns["Won"].cards} == {f"won by {name}" for name in SEES[who]}
    more = client.get(reverse("leads:board_column", args=[Status.objects.get(name="Won").pk]))
    assert {card.name for card in more.context["cards"]} == {f"won by {name}" for name in SEES[who]}


@FOLLOWERS
def test_only_what_is_seen_is_moved_and_counted(client_of, world, who):
    client, interested = client_of(world.people[who]), Status.objects.get(name="Interested")
    for name, lead in world.leads.items():
        url = f"{reverse('leads:move', args=[lead.pk])}?board=1"
        answer = client.post(url, {"status": interested.pk, "version": 1}, headers={"HX-Request": "true"})
        assert answer.status_code == (200 if name in SEES[who] else 404)
    shown = client.get(reverse("leads:board")).context["columns"]

    assert {column.status.name: column.count for column in shown}["Interested"] == str(len(SEES[who]))


# Whose imports each leader sees: their own, and of those whom they see.
IMPORTERS = {
    "head": {"head", "west"},
    "west": {"west"},
    "none": set(),
    "admin": {"head", "west", "admin"},
    "owner": {"head", "west", "admin"},
}


@LEADERS
def test_sources_saved_settings_and_what_stays(client_of, world, who):
    client, later = client_of(world.people[who]), timezone.now() + dt.timedelta(hours=6)
    for name, batch in world.batches.items():
        by = world.people[name]
        url = f"https://{name}.example/"
        source = ImportSource.objects.create(name=name, url=url, every_hours=6, created_by=by, next_at=later)
        mapping = SavedMapping.objects.create(name=name, created_by=by)
        ImportKept.objects.create(batch=batch, lead=world.leads["ela"], why="called")
        status = 200 if name in IMPORTERS[who] else 404
        assert client.get(reverse("leads:source", args=[source.pk])).status_code == status
        kept = client.get(reverse("leads:import_kept", args=[batch.pk]))
        assert kept.status_code == status
        if status == 200:
            # The lead is named only to who sees it.
            assert ("ela&#x27;s lead" in kept.content.decode()) == ("ela" in SEES[who])
        renamed = client.post(reverse("leads:mapping", args=[mapping.pk]), {"name": name})
        assert renamed.status_code == (302 if status == 200 else 404)

    sources = {source.name for source, _ in client.get(reverse("leads:sources")).context["lines"]}
    mappings = {mapping.name for mapping in client.get(reverse("leads:mappings")).context["mappings"]}
    assert sources == mappings == IMPORTERS[who]
