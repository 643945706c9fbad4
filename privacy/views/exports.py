"""Copies of what is held: asking for one, watching it being written, fetching it; and what is held about oneself."""

import uuid
from typing import Any

from django.apps import apps
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from accounts.step_up import with_step_up
from jini.lib.fragments import fragment
from privacy.actions.exporting import EnoughForToday, OneIsWritten, ask_for_export, cancel_export, note_fetching
from privacy.held import held_about, recorded_about
from privacy.models import Export, ExportPart

Kind = Export.Kind
CONFLICT = 409
MOST_LISTED = 10


@require_safe
@requires(Permission.PROFILE_EDIT)
def own(request: MemberRequest) -> HttpResponse:
    """Show what is held about the person who asks."""
    context = {
        "held": held_about(request.member),
        "work": recorded_about(request.member),
        "copies": _copies(request, Kind.MINE),
    }
    return TemplateResponse(request, "privacy/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROFILE_EDIT)
def own_export(request: MemberRequest) -> HttpResponse:
    return _ask(request, Kind.MINE)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ORGANISATION_EXPORT)
def organisation_export(request: MemberRequest) -> HttpResponse:
    return _ask(request, Kind.ORGANISATION)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_COPY)
def lead_export(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    # Leads stand above this app: they are known here by their name alone.
    leads: Any = apps.get_model("leads.Lead")._default_manager  # noqa: SLF001 -- Django's documented name
    # The password is asked for after the lead is found: nobody is asked for one for what is not theirs.
    return _ask(request, Kind.LEAD, get_object_or_404(leads.visible_to(request.member), pk=lead))


@with_step_up
def _ask(request: MemberRequest, kind: str, lead: Any = None) -> HttpResponse:
    said = ""
    if request.method == "POST":
        try:
            return redirect(ask_for_export(kind, by=request.member, lead_id=lead.pk if lead else None))
        except OneIsWritten:
            said = _("Another copy that you asked for is being written. Wait for it, or stop it first.")
        except EnoughForToday:
            said = _("Two copies in one day are enough. Fetch one of those below, or ask again tomorrow.")
    context = {"kind": kind, "lead": lead, "said": said, "copies": _copies(request, kind, lead)}
    return TemplateResponse(request, "privacy/export_new.html", context, status=CONFLICT if said else 200)


def _copies(request: MemberRequest, kind: str, lead: Any = None) -> list[Export]:
    found = Export.objects.visible_to(request.member).filter(kind=kind, lead_id=lead.pk if lead else None)
    return list(found.order_by("-created_at")[:MOST_LISTED])


@require_safe
@requires(Permission.PROFILE_EDIT)
def export(request: MemberRequest, export: uuid.UUID) -> HttpResponse:
    found = _mine(request, export)
    context = {"export": found, "parts": found.parts.order_by("number") if found.can_be_fetched else []}
    return fragment(request, "privacy/export.html", "progress", context)


@require_POST
@requires(Permission.PROFILE_EDIT)
def export_stop(request: MemberRequest, export: uuid.UUID) -> HttpResponse:
    return redirect(cancel_export(_mine(request, export), by=request.member))


@require_safe
@requires(Permission.PROFILE_EDIT)
def export_part(request: MemberRequest, export: uuid.UUID, number: int) -> HttpResponseBase:
    """One archive of a copy, for who asked for it and nobody else, as long as it is there."""
    found = _mine(request, export)
    if not found.can_be_fetched or not request.member.may(_right(found)):
        raise Http404
    part: ExportPart = get_object_or_404(found.parts, number=number)
    note_fetching(part, by=request.member)
    day = timezone.localtime(found.created_at)
    name = f"jini-{found.kind}-{day:%Y-%m-%d}-{part.number}.zip"
    answer = FileResponse(part.file.open("rb"), as_attachment=True, filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _right(found: Export) -> Permission:
    """Whose role changed since they asked does not fetch what they may no longer ask for."""
    return {
        Kind.MINE: Permission.PROFILE_EDIT,
        Kind.LEAD: Permission.LEAD_COPY,
        Kind.ORGANISATION: Permission.ORGANISATION_EXPORT,
    }[Kind(found.kind)]


def _mine(request: MemberRequest, pk: uuid.UUID) -> Export:
    found: Export = get_object_or_404(Export.objects.visible_to(request.member), pk=pk)
    return found
