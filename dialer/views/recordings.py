"""Recordings: settings, the call panel's part, the customer's wish, and playing."""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions import recording as actions
from dialer.models import Call, CallerMessage, Recording, RecordingSettings
from dialer.models.sound import Sound, recording_storage
from dialer.recording_forms import RecordingSettingsForm, WishForm
from dialer.recordings import announcing
from dialer.recordings.coverage import coverage_of
from dialer.recordings.deciding import keeps_copies, own_settings
from dialer.views.sounds import given
from jini.lib.byte_ranges import PARTIAL
from jini.lib.fragments import toast
from leads.models import Lead

CONFLICT, INVALID, GONE = 409, 422, 410
SHOWN_DAYS = 30


@require_safe
@requires(Permission.RECORDING_PLAY)
def recording(request: MemberRequest, call: uuid.UUID) -> HttpResponseBase:
    """Give the recording of a call, or the part of it that a player asks for."""
    found = get_object_or_404(Recording.objects.for_player(request.member), call=call)
    note = None if found.is_being_played else partial(actions.note_play, found, by=request.member)
    return _given(request, found, "call", note)


@require_safe
@requires(Permission.RECORDING_PLAY)
def caller_message(request: MemberRequest, incoming: uuid.UUID) -> HttpResponseBase:
    """Give what a caller said onto the voicemail, or the part of it that a player asks for."""
    found = _visible_message(request, incoming)
    return _given(request, found, "message", partial(actions.note_message_play, found, by=request.member))


def _given(request: MemberRequest, found: Sound, name: str, note: Callable[[], bool] | None) -> HttpResponseBase:
    if found.state == Sound.State.ERASED:
        return HttpResponse(status=GONE)
    if not found.is_playable:
        raise Http404
    at = timezone.localtime(found.started_at or found.kept_at)
    answer = given(
        request,
        recording_storage().path(found.file),
        name=f"{name}-{at:%Y-%m-%d-%H%M}",
        size=found.bytes or 0,
        sha256=found.sha256,
        content_type=found.content_type,
    )
    if note is not None and request.method == "GET" and answer.status_code in {200, PARTIAL}:
        note()
    return answer


def _visible(request: MemberRequest, call: uuid.UUID) -> Recording:
    recordings = Recording.objects.visible_to(request.member).select_related("call")
    found: Recording = get_object_or_404(recordings, call=call)
    return found


def _visible_message(request: MemberRequest, incoming: uuid.UUID) -> CallerMessage:
    messages = CallerMessage.objects.visible_to(request.member)
    found: CallerMessage = get_object_or_404(messages, incoming=incoming)
    return found


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def caller_message_fetching(request: MemberRequest, incoming: uuid.UUID) -> HttpResponse:
    """Try again to fetch a message that could not be used."""
    if actions.fetch_again(_visible_message(request, incoming), by=request.member):
        toast(request, _("The message is being fetched again."))
    return redirect(f"{reverse('dialer:incoming')}?show=messages")


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def recording_fetching(request: MemberRequest, call: uuid.UUID) -> HttpResponse:
    """Try again to fetch a recording that could not be used."""
    found = _visible(request, call)
    if actions.fetch_again(found, by=request.member):
        toast(request, _("The recording is being fetched again."))
    return redirect("dialer:call", call)


@require_POST
@requires(Permission.CALL_MAKE)
def recording_steering(request: MemberRequest, call: uuid.UUID, wanted: str) -> HttpResponse:
    """Pause the recording of one's own call, or let it go on."""
    found = get_object_or_404(Call.objects.filter(telecaller=request.member), pk=call)
    if wanted not in {Recording.Wanted.PAUSE, Recording.Wanted.RUN}:
        raise Http404
    try:
        actions.steer_recording(found, to=wanted, by=request.member)
    except actions.NothingToSteer:
        toast(request, _("This call is not being recorded any more."))
    return redirect("leads:lead", found.lead_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def recording_wish(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Note that a lead does not want to be recorded."""
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    form = WishForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        actions.note_wish(found, by=request.member, reason=form.cleaned_data["reason"])
        toast(request, _("Noted. Calls with this lead are not recorded."))
        return redirect(found)
    return TemplateResponse(
        request, "dialer/recording_wish.html", {"form": form, "lead": found}, status=INVALID if form.is_bound else 200
    )


@require_POST
@requires(Permission.LEAD_EDIT)
def wish_withdrawal(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Lead.objects.visible_to(request.member), pk=lead)
    if actions.withdraw_wish(found, by=request.member):
        toast(request, _("Noted. Calls with this lead may be recorded again."))
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def recording_settings(request: MemberRequest) -> HttpResponse:
    own = own_settings()
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RecordingSettingsForm(*given, instance=own, out_of_reach=keeps_copies())
    if form.is_bound and form.is_valid():
        sound = form.cleaned_data.get("sound")
        actions.save_recording_settings(own, fields=form.changed_data, by=request.member, sound=sound)
        toast(request, _("Saved."))
        return redirect("dialer:recording_settings")
    since = timezone.localdate() - dt.timedelta(days=SHOWN_DAYS - 1)
    begin = dt.datetime.combine(since, dt.time.min, tzinfo=request.organisation.zone)
    calls = Call.objects.visible_to(request.member).filter(started_at__gte=begin)
    context = {
        "form": form,
        "has_sound": bool(form.had.sound),
        "is_chosen": not own._state.adding,  # noqa: SLF001 -- Django's documented name
        "coverage": coverage_of(calls, since),
        "history": audit.history(own, {name: field.label for name, field in form.fields.items()}),
    }
    return TemplateResponse(request, "settings/recording.html", context, status=INVALID if form.is_bound else 200)


@require_safe
@requires(Permission.SETTINGS_EDIT)
def own_announcement(request: MemberRequest) -> HttpResponseBase:
    """Let an admin hear the sound that tells of a recording."""
    return _announcement(request, get_object_or_404(RecordingSettings.objects.exclude(sound="")))


# The provider has no session of ours: the address itself is signed, and holds for minutes.
@require_safe
@login_not_required
def announcement(request: HttpRequest, signed: str) -> HttpResponseBase:
    found = announcing.sound_at(signed)
    if found is None:
        raise Http404
    return _announcement(request, found)


def _announcement(request: HttpRequest, own: RecordingSettings) -> HttpResponseBase:
    return given(
        request,
        own.sound.path,
        name="announcement",
        size=own.sound_bytes or 0,
        sha256=own.sound_sha256,
        content_type="audio/wav",
    )
