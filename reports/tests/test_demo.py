"""The demonstration: a story that holds together, and rows that say the same."""

import datetime as dt
import itertools
import random
import zoneinfo

import pytest
import time_machine
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import Membership, Organisation
from accounts.permissions import Role
from accounts.tenancy import acting_for
from dialer.campaigns.queue import claim_next
from dialer.models import Call, QueueEntry, ScriptVersion
from dialer.scripts.checking import faults_of
from dialer.scripts.content import Content
from dialer.scripts.filling import paragraphs
from leads.models import Activity, FollowUp, ImportBatch, ImportRow, Lead, Status
from reports.demo import calendar
from reports.demo.loading import load
from reports.demo.plan import SOLAR
from reports.demo.story import CALLS_A_DAY, Storyteller
from teams.models import Presence
from teams.visibility import people_seen_by

KOLKATA = zoneinfo.ZoneInfo("Asia/Kolkata")
TUESDAY = dt.datetime(2026, 11, 24, 15, 0, tzinfo=KOLKATA)


@pytest.fixture
def solar(db, monkeypatch, tmp_path):
    monkeypatch.setattr(ImportBatch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path))
    organisation = load(seed=7)[0]
    with acting_for(organisation):
        yield organisation


def tell(now: dt.datetime = TUESDAY, seed: int = 7):
    return Storyteller(SOLAR, random.Random(seed), now, KOLKATA).tell()


def test_the_same_seed_tells_the_same_story():
    assert tell() == tell()
    assert tell() != tell(seed=8)


@pytest.mark.parametrize("hours", range(0, 168, 13))
def test_at_every_hour_of_the_week_the_story_keeps_the_rules(hours):
    now = TUESDAY + dt.timedelta(hours=hours)
    attempts = sorted(
        (attempt for life in tell(now) for attempt in life.attempts),
        key=lambda attempt: (attempt.telecaller.last_name, attempt.started_at),
    )

    assert all(attempt.closed_at <= now for attempt in attempts)
    assert all(calendar.OPENS <= attempt.started_at.time() < calendar.CLOSES for attempt in attempts)
    assert all(attempt.started_at.weekday() != 6 for attempt in attempts)
    for before, after in itertools.pairwise(attempts):
        assert before.telecaller != after.telecaller or before.closed_at <= after.started_at


@pytest.mark.parametrize("hour", [3, 23])
def test_whoever_looks_at_night_finds_somebody_to_call(solar, hour):
    callers = Membership.objects.filter(organisation=solar, role=Role.TELECALLER)
    # A promise is handed out whatever the hours of its campaign are.
    promises = QueueEntry.objects.filter(finished_at=None, rank__in=[QueueEntry.Rank.FOLLOW_UP, QueueEntry.Rank.MISSED])
    promises.update(finished_at=timezone.now(), finished_because=QueueEntry.Finished.CLOSED)
    night = timezone.localtime(timezone=KOLKATA).replace(hour=hour, minute=30) + dt.timedelta(days=1)

    with time_machine.travel(night, tick=False):
        found = [claim_next(caller) for caller in callers]

    assert len(found) == 8
    assert all(entry is not None and entry.campaign_id for entry in found)


def test_nobody_is_called_more_often_than_allowed():
    for life in tell():
        days = [attempt.started_at.date() for attempt in life.attempts]
        assert all(days.count(day) <= CALLS_A_DAY for day in days)
        assert len(days) <= 10


def test_two_organisations_are_loaded_once_with_an_admin_who_works_in_both(solar, capsys):
    assert load(seed=7) == []
    assert Organisation.objects.filter(is_demo=True).count() == Organisation.objects.count() == 2
    admin = Membership.objects.get(organisation=solar, role=Role.ADMIN)
    assert admin.user.memberships.count() == 2
    assert Membership.objects.filter(organisation=solar, role=Role.TELECALLER).count() == 8
    assert Lead.objects.count() == 400

    call_command("sign_in_links")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["manager", "telecaller", "admin"]


def test_the_first_manager_sees_everybody_and_the_other_their_team(solar):
    """The manager who is given a link has a full dashboard."""
    first, second = Membership.objects.filter(organisation=solar, role=Role.MANAGER).order_by("id")
    telecallers = set(Membership.objects.filter(organisation=solar, role=Role.TELECALLER))

    assert set(people_seen_by(first)) == telecallers | {first, second}
    assert len(set(people_seen_by(second)) & telecallers) == 4
    assert set(Call.objects.visible_to(first)) == set(Call.objects.all())
    assert set(Lead.objects.visible_to(first)) == set(Lead.objects.all())
    assert 0 < Call.objects.visible_to(second).count() < Call.objects.count()


def test_every_figure_of_a_lead_equals_its_calls_and_its_timeline(solar):
    calls = {
        row["lead"]: (row["made"], row["answered"])
        for row in Call.objects.values("lead").annotate(
            made=Count("id"), answered=Count("id", filter=Q(answered_at__isnull=False))
        )
    }
    lines = Activity.objects.filter(kind=Activity.Kind.CALL)
    won = Lead.objects.filter(status__kind=Status.Kind.WON)

    for pk, *figures, last_called_at in Lead.objects.values_list("pk", "attempts", "connected", "last_called_at"):
        assert tuple(figures) == calls.get(pk, (0, 0))
        assert (last_called_at is None) == (pk not in calls)
    assert {line.details["call"] for line in lines} == {str(pk) for pk in Call.objects.values_list("pk", flat=True)}
    assert won.exclude(won_at=None).count() == Call.objects.filter(disposition__is_converted=True).count() > 0


def test_who_waits_no_more_does_so_for_a_reason_that_there_is(solar):
    reasons = set(QueueEntry.objects.exclude(finished_at=None).values_list("finished_because", flat=True))

    assert {"closed", "attempts_used"} == reasons
    assert reasons <= set(QueueEntry.Finished)


def test_open_follow_ups_wait_in_the_queue_and_some_are_late(solar):
    waiting = set(QueueEntry.objects.filter(finished_at=None).values_list("lead", "due_at"))

    assert set(FollowUp.objects.open().values_list("lead", "due_at")) <= waiting
    assert FollowUp.objects.overdue().count() >= 8
    assert not FollowUp.objects.filter(created_at__gt=F("due_at")).exists()
    assert not FollowUp.objects.filter(done_at__lt=F("created_at")).exists()


def test_the_first_list_had_errors_and_both_files_can_be_read(solar):
    first, last = ImportBatch.objects.order_by("created_at")

    assert first.counts["error"] == first.rows.filter(verdict=ImportRow.Verdict.ERROR).count() == 4
    assert first.rows.count() == first.total - first.counts["new"] == 7
    assert Lead.objects.filter(import_batch=first).count() == first.counts["new"]
    with last.file.open() as file:
        assert len(file.read().splitlines()) == last.total + 1


def test_intervals_of_presence_follow_each_other_without_a_gap(solar):
    for member in Membership.objects.filter(organisation=solar, role=Role.TELECALLER):
        intervals = list(Presence.objects.filter(member=member).order_by("started_at"))
        assert intervals
        for before, after in itertools.pairwise(intervals):
            assert before.ended_at == after.started_at
        assert intervals[-1].state == Presence.State.OFFLINE
        assert intervals[-1].ended_at is None
        assert intervals[-1].started_at <= timezone.now()


def test_what_a_script_names_is_filled_in(solar):
    lead, telecaller = Lead.objects.exclude(name="").first(), Membership.objects.get(user__first_name="Asha")
    scripts = [Content.read(version.content) for version in ScriptVersion.objects.order_by("script__language")]
    assert [faults_of(script) for script in scripts] == [[], []]

    said = "".join(piece.text for part in paragraphs(scripts[0].steps[0].text, lead, telecaller) for piece in part)

    assert f"Namaste {lead.first_name} ji, this is Asha" in said
    assert "{" not in said


def test_lost_leads_say_why_and_leads_answer_the_question(solar):
    assert Lead.objects.filter(status__kind=Status.Kind.LOST).exists()
    assert not Lead.objects.filter(status__kind=Status.Kind.LOST, lost_reason=None).exists()
    assert 0 < Lead.objects.exclude(custom={}).count() < Lead.objects.count()
