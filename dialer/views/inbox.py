"""What providers posted, what was made of it, and merging it again."""

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions import replaying
from dialer.inbox_filter import YEARS, read_inbox
from dialer.inbox_words import differences, said
from dialer.models import Call, CallEvent, InboxDay, Replay
from jini.lib.fragments import fragment, toast, wants_fragment
from jini.lib.paging import capped_count, keyset_page
from teams.visibility import sight_of

CONFLICT = 409
DAYS_SHOWN = dt.timedelta(days=13)
REPLAYS_SHOWN = 5


@require_safe
@requires(Permission.FIGURES_TEAM)
def inbox(request: MemberRequest) -> HttpResponse:
    """Show the posts of a day, or of one call, newest first; and, to who sees everybody's calls, the figures of two weeks."""
    found = read_inbox(request.member, request.GET)
    page = keyset_page(request, found.posts, by="-received_at", count_text=capped_count(found.posts))
    calls = _calls_of(request, page.rows)
    today = timezone.localdate()
    days = InboxDay.objects.filter(day__gte=today - DAYS_SHOWN, day__lte=today, counted_at__isnull=False)
    may_replay = request.member.may(Permission.TELEPHONY_EDIT)
    context = {
        "page": page,
        "lines": [(post, calls.get(post.call_token), said(post)) for post in page.rows],
        "asked": found,
        "days": days.order_by("-day", "provider") if sight_of(request.member).is_whole else [],
        "may_replay": may_replay,
        "replays": _newest_replays() if may_replay else [],
    }
    return fragment(request, "dialer/inbox.html", "rows", context)


def _calls_of(request: MemberRequest, posts: Any) -> dict[uuid.UUID, Call]:
    tokens = {post.call_token for post in posts}
    calls = Call.objects.visible_to(request.member).filter(pk__in=tokens).select_related("lead")
    return {call.pk: call for call in calls}


def _newest_replays() -> Any:
    found = Replay.objects.select_related("created_by__user", "call__lead")
    return found.order_by("-created_at", "-pk")[:REPLAYS_SHOWN]


@require_safe
@requires(Permission.FIGURES_TEAM)
def post(request: MemberRequest, post: uuid.UUID) -> HttpResponse:
    """Show one post as it came, and how it was read."""
    found = get_object_or_404(CallEvent.objects.visible_to(request.member), pk=post)
    context = {
        "post": found,
        "said": said(found),
        "call": _calls_of(request, [found]).get(found.call_token),
        "raw": sorted(found.payload.get("raw", {}).items()),
        "may_replay": request.member.may(Permission.TELEPHONY_EDIT),
    }
    return TemplateResponse(request, "dialer/post.html", context)


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def call_replay(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Call.objects.visible_to(request.member), pk=call)
    return _start(request, replaying.replay_call, found)


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def day_replay(request: MemberRequest, day: str) -> HttpResponse:
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if date.year not in YEARS or date > timezone.localdate():
        raise Http404
    return _start(request, replaying.replay_day, date)


def _start(request: MemberRequest, verb: Any, subject: Any) -> HttpResponse:
    try:
        started = verb(subject, by=request.member)
    except replaying.UnderWay as other:
        toast(request, _("Another replay is under way: this one. Start yours when it is over."))
        return redirect(other.replay)
    return redirect(started)


@require_safe
@requires(Permission.TELEPHONY_EDIT)
def replay(request: MemberRequest, replay: uuid.UUID) -> HttpResponse:
    """Show where a replay stands, and the calls that came out otherwise; while it works, it is asked for every second."""
    found = get_object_or_404(Replay.objects.select_related("created_by__user", "call__lead"), pk=replay)
    rows = found.differences.select_related("call__lead", "call__telecaller__user")
    page = keyset_page(request, rows, by="id", size=25, place_of=lambda row: "")
    context = {
        "replay": found,
        "is_going_on": found.state in replaying.GOING_ON,
        "page": page,
        "lines": [(row, differences(row)) for row in page.rows],
    }
    if wants_fragment(request) and not context["is_going_on"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return fragment(request, "dialer/replay.html", "progress", context)


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def replay_stop(request: MemberRequest, replay: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Replay.objects.all(), pk=replay)
    try:
        replaying.stop(found, by=request.member)
    except replaying.NotPossible:
        toast(request, _("It was over already."))
    return redirect(found)
