"""The leads of a story, where they came from, and what waits for them."""

import datetime as dt

from django.utils import timezone

from accounts.permissions import Role
from dialer.models import QueueEntry
from leads.models import Activity, Lead, LeadTag
from reports.demo import words
from reports.demo.organisation import Cast
from reports.demo.story import UNANSWERED, Life

HOT = dt.timedelta(minutes=30)


def make_leads(cast: Cast, lives: list[Life]) -> list[Lead]:
    """Create one lead of each life, as it stands now, in the order of `lives`."""
    leads = Lead.objects.bulk_create([_lead(cast, life) for life in lives], batch_size=200)
    LeadTag.objects.bulk_create(
        LeadTag(lead=lead, tag=tag)
        for lead in leads
        for tag in cast.chance.sample(cast.tags, cast.chance.choices((0, 1, 2), weights=(5, 3, 1))[0])
    )
    return leads


def _lead(cast: Cast, life: Life) -> Lead:
    chance, plan = cast.chance, cast.plan
    city, region, pin, language = chance.choices(words.CITIES, weights=range(2 * len(words.CITIES), 0, -2))[0]
    first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
    # A phone's own export knows numbers without names.
    name = "" if life.batch and chance.random() < 0.06 else f"{first} {last}"
    has_email = bool(name) and chance.random() < 0.45
    handle = f"{first}.{last}{life.number}".lower().replace("'", "")
    attempts = life.attempts
    return Lead(
        name=name,
        phone=f"+9190000{plan.first_number + life.number:05d}",
        email=f"{handle}@mail.example" if has_email else "",
        city=city,
        region=region,
        pin=f"{pin}{chance.randint(1, 60):02d}",
        language=chance.choice((language, language, "hi", "en")),
        source=life.source,
        legal_ground="enquiry" if life.source != "Old enquiries" else "unknown",
        value=chance.randint(*plan.value_from_to) * 1000 if chance.random() < 0.7 else None,
        # By the number, so that the rest of the story is told as it was before these were asked.
        custom={"f1": str(1 + life.number % len(plan.answers))} if life.number % 4 else {},
        status=cast.statuses[life.status],
        lost_reason=cast.reasons[life.number % len(cast.reasons)] if life.status == "Lost" else None,
        assigned_to=cast.member(life.owner) if life.owner else None,
        assigned_at=life.owned_at,
        attempts=len(attempts),
        connected=sum(attempt.talk is not None for attempt in attempts),
        first_called_at=attempts[0].started_at if attempts else None,
        last_called_at=attempts[-1].started_at if attempts else None,
        last_disposition_id=cast.dispositions[attempts[-1].outcome].pk if attempts else None,
        won_at=next((at for at, __, new in life.steps if new == "Won"), None),
        created_at=life.created_at,
        created_by=None if life.batch else cast.first(Role.MANAGER),
    )


def arrivals(cast: Cast, lives: list[Life], leads: list[Lead]) -> list[Activity]:
    """The first lines of each timeline: how the lead came, and whom it went to."""
    lines = []
    for life, lead in zip(lives, leads, strict=True):
        if not life.batch:
            lines.append(Activity(lead=lead, kind=Activity.Kind.CREATED, at=life.created_at, actor=lead.created_by))
        if life.owner and life.owned_at:
            new = str(cast.member(life.owner).pk)
            lines.append(
                Activity(lead=lead, kind=Activity.Kind.ASSIGNED, at=life.owned_at, details={"old": None, "new": new})
            )
    return lines


def make_queue(cast: Cast, lives: list[Life], leads: list[Lead]) -> None:
    """Put every lead that is still to be called in its one waiting place, and record why the others wait no more."""
    entries = [
        entry for life, lead in zip(lives, leads, strict=True) if (entry := _entry(cast, life, lead)) is not None
    ]
    QueueEntry.objects.bulk_create(entries, batch_size=200)


def _entry(cast: Cast, life: Life, lead: Lead) -> QueueEntry | None:
    entry = QueueEntry(
        lead=lead,
        campaign=cast.campaigns[life.campaign.name] if life.campaign else None,
        list=cast.lists[life.campaign.name, life.source] if life.campaign else None,
        attempts=len(life.attempts),
        reserved_for=lead.assigned_to,
    )
    if life.ended_because:
        entry.due_at = entry.finished_at = life.attempts[-1].closed_at
        entry.finished_because = life.ended_because
        entry.reserved_for = None
        return entry
    if life.next_at is None and life.campaign is None:
        return None
    entry.due_at = life.next_at or life.created_at
    entry.rank = _rank(life)
    return entry


def _rank(life: Life) -> QueueEntry.Rank:
    if life.promise:
        return QueueEntry.Rank.FOLLOW_UP
    if life.attempts and life.attempts[-1].outcome in UNANSWERED:
        return QueueEntry.Rank.RETRY
    return QueueEntry.Rank.HOT if timezone.now() - life.created_at < HOT else QueueEntry.Rank.FRESH
