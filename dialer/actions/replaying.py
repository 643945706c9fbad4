"""Merging the posts of a call, or of a whole day, again: after a rule or a spelling was mended, or for a proof."""

import datetime as dt
import json
import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Organisation
from accounts.tenancy import acting_for
from accounts.work import schedule
from dialer.calls import inbox
from dialer.calls.inbox_days import bounds_of
from dialer.models import Call, CallEvent, Replay, ReplayDifference
from jini.lib.jobs import JobState

REPLAY = "dialer.replay"
MOST_POSTS = 200
GOING_ON = (JobState.QUEUED, JobState.RUNNING)
COUNTED = ("calls", "changed", "verdicts", "unknown")


class UnderWay(Exception):
    """Another replay of the organisation is not over yet."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay


class NotPossible(Exception):
    """The replay is over."""


def replay_call(call: Call, *, by: Membership) -> Replay:
    """Owe the replay of one call. Raises `UnderWay`."""
    return _start(by, call=call)


def replay_day(day: dt.date, *, by: Membership) -> Replay:
    """Owe the replay of every call that a provider told of on `day`. Raises `UnderWay`."""
    return _start(by, day=day)


def _start(by: Membership, *, call: Call | None = None, day: dt.date | None = None) -> Replay:
    counts = dict.fromkeys(COUNTED, 0)
    try:
        with transaction.atomic():
            replay = Replay.objects.create(call=call, day=day, created_by=by, state=JobState.QUEUED, counts=counts)
            about = {"call": str(call.pk)} if call else {"day": str(day)}
            audit.record("replay.started", by=by, subject=replay, **about)
            schedule(REPLAY, replay.pk)
    except IntegrityError as error:
        under_way = Replay.objects.filter(state__in=GOING_ON).first()
        if under_way is None:
            raise
        raise UnderWay(under_way) from error
    return replay


@transaction.atomic
def stop(replay: Replay, *, by: Membership) -> None:
    """Stop between two steps; what was merged again stays. Raises `NotPossible` when it is over."""
    going_on = Replay.objects.filter(pk=replay.pk, state__in=GOING_ON)
    if not going_on.update(state=JobState.CANCELLED, finished_at=timezone.now()):
        raise NotPossible
    audit.record("replay.stopped", by=by, subject=replay)


def take_step(organisation: Organisation, replay_id: uuid.UUID) -> bool:
    """Merge some more calls again, in one transaction; return whether there may be more of them.

    The row of the replay is locked meanwhile and says where to go on: a step that is tried twice is done once.
    """
    with acting_for(organisation):
        found = Replay.objects.select_for_update(of=("self",)).filter(pk=replay_id, state__in=GOING_ON)
        replay = found.first()
        if replay is None:
            return False
        if replay.started_at is None:
            replay.state, replay.started_at = JobState.RUNNING, timezone.now()
            replay.total = _posts_of(replay).count()
        posts = list(_after(_posts_of(replay), replay.cursor)[:MOST_POSTS])
        if posts:
            _merge_again(replay, posts)
            replay.done += len(posts)
            replay.cursor = {"at": posts[-1].received_at.isoformat(), "id": str(posts[-1].pk)}
        is_over = len(posts) < MOST_POSTS
        if is_over:
            replay.state, replay.finished_at, replay.total = JobState.DONE, timezone.now(), replay.done
        replay.save()
        return not is_over


def _posts_of(replay: Replay) -> QuerySet[CallEvent]:
    """The posts that the replay walks through, oldest first; what is posted meanwhile is merged anyway."""
    posts: QuerySet[CallEvent] = CallEvent.objects.filter(received_at__lte=replay.created_at)
    if replay.call_id is not None:
        return posts.filter(call_token=replay.call_id)
    assert replay.day is not None  # noqa: S101 -- a constraint of the table
    first, after = bounds_of(replay.day)
    return posts.filter(received_at__gte=first, received_at__lt=after)


def _after(posts: QuerySet[CallEvent], cursor: dict[str, str]) -> QuerySet[CallEvent]:
    if cursor:
        at = dt.datetime.fromisoformat(cursor["at"])
        posts = posts.filter(received_at__gte=at).filter(Q(received_at__gt=at) | Q(pk__gt=uuid.UUID(cursor["id"])))
    return posts.order_by("received_at", "id")


def _merge_again(replay: Replay, posts: list[CallEvent]) -> None:
    """Merge the calls that these posts are the first of; those of the others were merged in a step before."""
    tokens = {post.call_token for post in posts}
    earlier = _posts_of(replay).filter(call_token__in=tokens, received_at__lte=posts[0].received_at)
    met = set(
        earlier.exclude(received_at=posts[0].received_at, pk__gte=posts[0].pk).values_list("call_token", flat=True)
    )
    came_to = inbox.replay(sorted(tokens - met))
    ReplayDifference.objects.bulk_create(
        ReplayDifference(replay=replay, call=call, before=_plain(before), after=_plain(after))
        for call, before, after in came_to.differences
    )
    gained = (came_to.calls, len(came_to.differences), came_to.verdicts, came_to.unknown)
    replay.counts = {name: replay.counts[name] + more for name, more in zip(COUNTED, gained, strict=True)}


def _plain(facts: dict[str, object]) -> dict[str, object]:
    plain: dict[str, object] = json.loads(json.dumps(facts, cls=DjangoJSONEncoder))
    return plain
