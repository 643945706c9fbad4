"""What a member was told: the bell and the page behind it."""

import uuid

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.notifying import mark_all_seen, mark_seen
from accounts.actions.pushing import MOST_BROWSERS, NotAllowed, Untrusted, subscribe
from accounts.actions.reminding import choice_of, save_choice
from accounts.context import optional_url
from accounts.middleware import MemberRequest
from accounts.models import Notification, PushSubscription, ReminderChoice
from accounts.notices import tell
from accounts.permissions import Permission, requires
from accounts.push import public_key
from accounts.reminder_form import ReminderForm
from jini.lib import choices
from jini.lib.fragments import toast
from jini.lib.paging import keyset_page


@require_safe
@requires(Permission.PROFILE_EDIT)
def notifications(request: MemberRequest) -> HttpResponse:
    page = keyset_page(request, Notification.objects.visible_to(request.member))
    context = {"page": page, "notices": tell(request.member, page.rows)}
    return TemplateResponse(request, "accounts/notifications.html", context)


@require_safe
@requires(Permission.PROFILE_EDIT)
def count(request: MemberRequest) -> HttpResponse:
    """The bell alone, which every page asks for now and then."""
    return TemplateResponse(request, "shell/bell.html")


@require_POST
@requires(Permission.PROFILE_EDIT)
def all_seen(request: MemberRequest) -> HttpResponse:
    mark_all_seen(request.member)
    toast(request, _("All marked as read."))
    return redirect("accounts:notifications")


@require_POST
@requires(Permission.PROFILE_EDIT)
def opening(request: MemberRequest, notification: uuid.UUID) -> HttpResponse:
    """Note that a notice was seen, and go where it leads."""
    found = get_object_or_404(Notification.objects.visible_to(request.member), pk=notification)
    mark_seen(found)
    # An address of our own, written down by us; not by `redirect`, which may take it for the name of a view.
    return HttpResponseRedirect(found.url)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROFILE_EDIT)
def choice(request: MemberRequest) -> HttpResponse:
    """How the member wants to be reminded of follow-ups."""
    own = choice_of(request.member)
    form = _form(request, own, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        save_choice(own, by=request.member)
        toast(request, _("Saved."))
        return redirect("accounts:reminder_choice")
    return _choice(request, form, status=422 if form.is_bound else 200)


def _form(request: MemberRequest, own: ReminderChoice, data: QueryDict | None = None) -> ReminderForm:
    return ReminderForm(data, instance=own, may_push=choices.is_given(request.user, choices.PUSH))


def _choice(request: MemberRequest, form: ReminderForm, *, status: int, error: str = "") -> HttpResponse:
    mine = PushSubscription.objects.filter(member=request.member).order_by("-created_at")[:MOST_BROWSERS]
    context = {
        "form": form,
        "push_key": public_key(),
        "may_push": choices.is_given(request.user, choices.PUSH),
        "choices_url": optional_url("privacy:choices"),
        "devices": mine,
        "error": error,
    }
    return TemplateResponse(request, "accounts/reminder_choice.html", context, status=status)


@require_POST
@requires(Permission.PROFILE_EDIT)
def devices(request: MemberRequest) -> HttpResponse:
    """Let this browser show the member's notices, which they want then."""
    keys = {name: request.POST.get(name, "") for name in ("p256dh", "auth")}
    own = choice_of(request.member)
    try:
        subscribe(endpoint=request.POST.get("endpoint", ""), keys=keys, by=request.member)
    except Untrusted:
        error = _("This browser cannot be reached by push messages.")
        return _choice(request, _form(request, own), status=422, error=error)
    except NotAllowed:
        error = _("Push messages are not allowed. Allow them under My choices first.")
        return _choice(request, _form(request, own), status=409, error=error)
    own.by_push = True
    save_choice(own, by=request.member)
    toast(request, _("This device shows your reminders now."))
    return redirect("accounts:reminder_choice")


@require_POST
@requires(Permission.PROFILE_EDIT)
def device_removal(request: MemberRequest, device: uuid.UUID) -> HttpResponse:
    get_object_or_404(PushSubscription.objects.filter(member=request.member), pk=device).delete()
    toast(request, _("Removed."))
    return redirect("accounts:reminder_choice")


@require_safe
@requires(Permission.PROFILE_EDIT)
def worker(request: MemberRequest) -> HttpResponse:
    """The script that shows push messages; at the root, since it serves the pages below its own address."""
    response = TemplateResponse(request, "accounts/sw.js", content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
