"""One lead: what is known, what happened, what is next."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib import panels
from jini.lib.forms import typed
from jini.lib.fragments import fragment, toast, vary, wants_fragment
from leads.actions import editing
from leads.actions.binning import leaves_at
from leads.actions.capacity import HourIsFull
from leads.actions.follow_ups import plan_follow_up
from leads.consents import standing_of
from leads.custom.showing import facts
from leads.file_forms import FileForm
from leads.forms import EditForm, FollowUpTime, NoteForm, NumberForm, OwnerForm, TagForm
from leads.languages import in_words as in_languages
from leads.mentions import MOST_MENTIONED, mentionable
from leads.models import CustomField, FollowUp, Lead, LeadFile, LikelyDuplicate, Status, Tag
from leads.ordering import beside, view_of
from leads.picks import quick_picks
from leads.timeline_page import timeline
from privacy.models import DndResult, DoNotCall

CONFLICT, INVALID = 409, 422
# What the form of a follow-up holds, kept when it is refused.
PLANNED = ("due", "due_at", "note", "promised", "only_me")


def in_bin(request: MemberRequest, pk: uuid.UUID) -> Lead | None:
    """Return the lead if it is in the bin, and the member may take it out again."""
    if not request.member.may(Permission.LEAD_DELETE):
        return None
    binned = Lead.everything.visible_to(request.member).filter(
        deleted_at__isnull=False, merged_into=None, erased_at=None
    )
    found: Lead | None = binned.select_related("deleted_by__user").filter(pk=pk).first()
    return found


def visible(request: MemberRequest, pk: uuid.UUID) -> Lead:
    """Return the lead that the member may see; 404 for every other."""
    leads = Lead.objects.visible_to(request.member).select_related("status", "lost_reason", "assigned_to__user")
    found: Lead = get_object_or_404(leads, pk=pk)
    return found


@require_safe
@requires(Permission.LEAD_VIEW)
def lead(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """The page; or for htmx more lines of the timeline, or those from the newest on once it has grown."""
    if (binned := in_bin(request, lead)) is not None:
        return TemplateResponse(request, "leads/binned.html", {"lead": binned, "until": leaves_at(binned)})
    found = visible_or_kept(request, lead)
    if found.pk != lead:
        return redirect(found)
    if wants_fragment(request):
        context = {"timeline": timeline(request, found), "may_merge": request.member.may(Permission.LEAD_MERGE)}
        response: HttpResponse = TemplateResponse(request, "leads/_lines.html", context)
    else:
        response = lead_page(request, found)
    vary(response)
    return response


def visible_or_kept(request: MemberRequest, pk: uuid.UUID) -> Lead:
    """Return the lead as `visible` does, or the one that it was merged into: what was typed meanwhile is of one person."""
    try:
        return visible(request, pk)
    except Http404:
        return visible(request, kept_of(pk))


def kept_of(pk: uuid.UUID) -> uuid.UUID:
    """Return the lead that a merged one is a part of, over any number of merges; of another lead its own id."""
    merged = Lead.everything.filter(merged_into__isnull=False)
    while (into := merged.filter(pk=pk).values_list("merged_into", flat=True).first()) is not None:
        pk = into
    return pk


def likely_duplicate(request: MemberRequest, found: Lead) -> LikelyDuplicate | None:
    """Return the most likely of the pairs that nobody has decided on, for those who may."""
    if not request.member.may(Permission.LEAD_MERGE):
        return None
    pairs = LikelyDuplicate.objects.visible_to(request.member).open().filter(Q(lead=found) | Q(other=found))
    pair: LikelyDuplicate | None = pairs.order_by("-score", "-pk").first()
    return pair


def lead_page(request: MemberRequest, found: Lead, status: int = 200, **forms: Any) -> HttpResponse:
    told = timeline(request, found)
    context = {
        "lead": found,
        "form": forms.get("note") or NoteForm(),
        "error": forms.get("error", ""),
        "full": forms.get("full"),
        "sent": {name: forms.get("sent", {}).get(name, "") for name in PLANNED},
        "statuses": Status.objects.in_order(),
        "call_panel": panels.render("lead.call", request, found),
        "timeline": told,
        "lines": told.lines,
        "follow_ups": FollowUp.objects.open().filter(lead=found).select_related("assigned_to__user").order_by("due_at"),
        "picks": quick_picks(),
        "tags": Tag.objects.filter(pk__in=found.lead_tags.values("tag")).order_by("name"),
        "languages": in_languages([found.language, *found.other_languages]),
        "answers": facts(CustomField.objects.in_order(), found.custom),
        "alternates": found.phones.order_by("position", "id"),
        "number_form": forms.get("number") or NumberForm(),
        "barred": DoNotCall.objects.standing().filter(phone=found.phone).first(),
        "consents": standing_of(found),
        "registry": DndResult.objects.newest_of(found.phone),
        "duplicate": likely_duplicate(request, found),
        "may_merge": request.member.may(Permission.LEAD_MERGE),
        "beside": beside(found, request.member, request.GET),
        "view": view_of(request.GET),
        "may_delete": request.member.may(Permission.LEAD_DELETE),
        "may_copy": request.member.may(Permission.LEAD_COPY),
        "owner_form": _owner_form(request, found),
        "files": LeadFile.objects.for_page(found),
        "file_form": FileForm(),
    }
    return TemplateResponse(request, "leads/lead.html", context, status=status)


def back(request: MemberRequest, found: Lead) -> HttpResponse:
    """To the lead, in the list that it was opened from."""
    view = view_of(request.GET)
    return redirect(f"{found.get_absolute_url()}?{view}" if view else found.get_absolute_url())


def _owner_form(request: MemberRequest, found: Lead) -> OwnerForm | None:
    if not request.member.may(Permission.LEAD_ASSIGN):
        return None
    return OwnerForm(initial={"owner": found.assigned_to_id}, by=request.member)


@require_POST
@requires(Permission.LEAD_EDIT)
def notes(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = visible_or_kept(request, lead)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return lead_page(request, found, INVALID, note=form)
    chosen = request.POST.getlist("mentions")[:MOST_MENTIONED]
    editing.add_note(found, form.cleaned_data["text"], by=request.member, chosen=chosen)
    toast(request, _("The note is saved."))
    return back(request, found)


@require_POST
@requires(Permission.LEAD_EDIT)
def mentions(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Offer colleagues who may see the lead, while a name is typed behind an @."""
    people = mentionable(visible(request, lead), typed(request.POST.get("typed", ""), longest=60))
    return TemplateResponse(request, "leads/_mentions.html", {"people": people})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def edit(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    """Edit the details; a form that is older than the lead is answered with both versions."""
    found = visible(request, lead)
    form = EditForm(request.POST or None, instance=found)
    if request.method != "POST":
        return _form(request, form, 200)
    if not form.is_valid():
        return _form(request, form, INVALID)
    try:
        with transaction.atomic():
            editing.edit_lead(found, form.changes, by=request.member, version=form.cleaned_data["version"])
    except editing.PhoneTaken:
        form.add_error("phone", _("A lead with this number exists already."))
        return _form(request, form, INVALID)
    except editing.Stale as stale:
        return _form(request, form, CONFLICT, theirs=stale.lead)
    toast(request, _("Saved."))
    return back(request, found)


def _form(request: MemberRequest, form: EditForm, status: int, theirs: Lead | None = None) -> HttpResponse:
    """Show the form; beside it, field by field, what the lead is by now where that differs from what was typed."""
    now = Lead.everything.select_related("status").get(pk=form.instance.pk)
    differing: list[Any] = []
    if theirs is not None:
        differing = form.differing(theirs)
        # Sent again, it is meant: over the lead as it is now.
        form.data = {**form.data.dict(), "version": str(theirs.version)}  # type: ignore[attr-defined]
    context = {
        "form": form,
        "lead": now,
        "theirs": theirs,
        "differing": differing,
        "view": view_of(request.GET),
    }
    return fragment(request, "leads/edit.html", "form", context, status=status)


@require_POST
@requires(Permission.LEAD_ASSIGN)
def owner(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    form = OwnerForm(request.POST, by=request.member)
    if not form.is_valid():
        return lead_page(request, found, INVALID, error=_("Choose a member of your organisation."))
    editing.assign(found, form.cleaned_data["owner"], by=request.member)
    return back(request, found)


@require_POST
@requires(Permission.LEAD_EDIT)
def tags(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    form = TagForm(request.POST)
    if not form.is_valid():
        return lead_page(request, found, INVALID, error=_("A tag has 1 to 40 characters."))
    editing.tag(found, form.cleaned_data["name"], by=request.member)
    return back(request, found)


@require_POST
@requires(Permission.LEAD_EDIT)
def untag(request: MemberRequest, lead: uuid.UUID, tag: uuid.UUID) -> HttpResponse:
    found = visible(request, lead)
    editing.untag(found, get_object_or_404(Tag, pk=tag), by=request.member)
    return back(request, found)


@require_POST
@requires(Permission.LEAD_EDIT)
def plan(request: MemberRequest, lead: uuid.UUID) -> HttpResponse:
    found = visible_or_kept(request, lead)
    sent = request.POST
    time = FollowUpTime(sent)
    if not time.is_valid() or time.moment is None:
        return lead_page(request, found, INVALID, error=time.problem, sent=sent)
    kind = FollowUp.Kind.CALLBACK if "promised" in sent else FollowUp.Kind.TASK
    open_to = FollowUp.OpenTo.OWN if "only_me" in sent else FollowUp.OpenTo.ANYONE
    note = typed(sent.get("note", "")).strip()
    try:
        plan_follow_up(found, by=request.member, due_at=time.moment, kind=kind, note=note, open_to=open_to)
    except HourIsFull as full:
        return lead_page(request, found, INVALID, full=full, sent=sent, error=_("This hour is full of callbacks."))
    toast(request, _("The follow-up is planned."))
    return back(request, found)
