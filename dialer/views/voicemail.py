"""Messages for answering machines: settings, listening to them, leaving one, and giving it to the provider."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions import voicemail as actions
from dialer.models import Call, VoicemailMessage
from dialer.views.sounds import given
from dialer.voicemail.leaving import sound_at
from dialer.voicemail_forms import VoicemailForm
from jini.lib.fragments import toast

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def voicemail(request: MemberRequest) -> HttpResponse:
    """Show the messages, and take a new one."""
    form = VoicemailForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _added(request, form):
        toast(request, _("The message can be left from now on."))
        return redirect("dialer:voicemail")
    offered = VoicemailMessage.objects.offered().select_related("added_by__user")
    context = {"form": form, "offered": offered}
    return TemplateResponse(request, "settings/voicemail.html", context, status=INVALID if form.is_bound else 200)


def _added(request: MemberRequest, form: VoicemailForm) -> bool:
    sent = form.cleaned_data
    try:
        actions.add_message(sent["file"], name=sent["name"], content_type=form.content_type, by=request.member)
    except actions.TooManyMessages:
        form.add_error("file", _("There are as many messages as there may be. Remove one first."))
        return False
    except actions.NameTaken:
        form.add_error("name", _("Another message has this name."))
        return False
    return True


@require_safe
@requires(Permission.CALL_MAKE)
def voicemail_sound(request: MemberRequest, message: uuid.UUID) -> HttpResponseBase:
    """Let a member hear a message."""
    return _sound(request, get_object_or_404(VoicemailMessage.objects.offered(), pk=message))


@require_POST
@requires(Permission.SETTINGS_EDIT)
def voicemail_removal(request: MemberRequest, message: uuid.UUID) -> HttpResponse:
    if actions.remove_message(get_object_or_404(VoicemailMessage, pk=message), by=request.member):
        toast(request, _("The message is removed."))
    return redirect("dialer:voicemail")


@require_POST
@requires(Permission.CALL_MAKE)
def call_message(request: MemberRequest, call: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """Leave a message in one's own call, and be free."""
    found = get_object_or_404(Call.objects.filter(telecaller=request.member), pk=call)
    chosen = get_object_or_404(VoicemailMessage.objects.offered(), pk=message)
    try:
        actions.leave_message(found, chosen, by=request.member)
    except actions.NobodyOnTheLine:
        toast(request, _("Nobody is on the line any more, so no message can be left."))
    return redirect("leads:lead", found.lead_id)


# The provider has no session of ours: the address itself is signed, and holds for minutes.
@require_safe
@login_not_required
def sound(request: HttpRequest, signed: str) -> HttpResponseBase:
    found = sound_at(signed)
    if found is None:
        raise Http404
    return _sound(request, found)


def _sound(request: HttpRequest, message: VoicemailMessage) -> HttpResponseBase:
    return given(
        request,
        message.file.path,
        name="message",
        size=message.bytes,
        sha256=message.sha256,
        content_type=message.content_type,
    )
