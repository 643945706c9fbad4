"""Doing one thing with many leads: the form with its count, the job, its rows, its file, its undoing."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.forms import Together
from jini.lib.fragments import toast, wants_fragment
from jini.lib.ids import uuid7
from jini.lib.jobs import JobState
from jini.lib.paging import keyset_page
from leads.actions import bulk as jobs
from leads.bulk.actions import EXPORT, actions, reason_in_words
from leads.bulk.choice import read_choice
from leads.bulk.forms import ConfirmForm
from leads.bulk.steps import Action
from leads.bulk.words import chosen, failure
from leads.models import BulkJob, BulkRow
from teams.visibility import sight_of

CONFLICT, INVALID = 409, 422
SHOWN = (BulkRow.State.DONE, BulkRow.State.SKIPPED, BulkRow.State.UNDONE, BulkRow.State.KEPT)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def bulk(request: MemberRequest, action: str) -> HttpResponse:
    """Ask what the action needs, say how many leads it is about and what will happen; a POST starts the job."""
    verb = _allowed(request, action)
    choice = read_choice(request.member, request.GET)
    if choice is None or choice.is_empty:
        toast(request, _("Choose leads first."))
        return redirect("leads:list")
    sent = request.POST if request.method == "POST" else None
    form, confirmed = verb.form(sent, by=request.member), ConfirmForm(sent, initial={"job": uuid7()})
    both = Together(form, confirmed)
    if sent is not None and both.is_valid() and choice.is_sound:
        try:
            job = jobs.start(
                confirmed.clean_job(), verb, form.params(), by=request.member, query=choice.query, picked=choice.picked
            )
        except jobs.NotPossible as error:
            raise Http404 from error
        return redirect("leads:bulk_job", job.pk)
    context = {"action": verb, "form": form, "both": both, "confirmed": confirmed, "choice": choice}
    is_refused = sent is not None or not choice.is_sound
    return TemplateResponse(request, "bulk/confirm.html", context, status=INVALID if is_refused else 200)


def _allowed(request: MemberRequest, key: str) -> Action:
    verb = actions().get(key)
    if verb is None:
        raise Http404
    if not request.member.may(Permission(verb.permission)):
        raise PermissionDenied
    return verb


def _visible(request: MemberRequest, pk: uuid.UUID) -> tuple[BulkJob, Action]:
    found = BulkJob.objects.visible_to(request.member).select_related("created_by__user", "undone_by__user")
    job: BulkJob = get_object_or_404(found, pk=pk)
    return job, _allowed(request, job.action)


@require_safe
@requires(Permission.LEAD_EDIT)
def bulk_jobs(request: MemberRequest) -> HttpResponse:
    rows = BulkJob.objects.visible_to(request.member).select_related("created_by__user")
    page = keyset_page(request, rows, size=25)
    verbs = actions()
    lines = [(job, verbs.get(job.action)) for job in page.rows]
    return TemplateResponse(request, "bulk/jobs.html", {"page": page, "lines": lines})


@require_safe
@requires(Permission.LEAD_EDIT)
def bulk_job(request: MemberRequest, bulk_job: uuid.UUID) -> HttpResponse:
    """Show where the job stands; while it works, the part that changes is asked for every second."""
    job, verb = _visible(request, bulk_job)
    may_undo = verb.undo is not None and job.is_in_time_to_undo and bool(job.counts["done"])
    context = {
        "job": job,
        "action": verb,
        "may_undo": may_undo,
        "chosen": chosen(job, verb),
        "why": failure(job),
        "counts": [(state, state.label, job.counts[state]) for state in SHOWN if job.counts[state]],
        "is_mine": job.created_by_id == request.member.pk,
        "is_export": job.action == EXPORT,
    }
    if not wants_fragment(request):
        return TemplateResponse(request, "bulk/job.html", context)
    if job.is_going_on:
        return TemplateResponse(request, "bulk/job.html#progress", context)
    if job.state == JobState.DONE:
        undo = reverse("leads:bulk_undo", args=[job.pk]) if may_undo else ""
        said = _("%(action)s: undone.") if job.undone_at else _("%(action)s: done.")
        toast(request, said % {"action": verb.label}, undo=undo)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
@requires(Permission.LEAD_EDIT)
def bulk_stop(request: MemberRequest, bulk_job: uuid.UUID) -> HttpResponse:
    return _do(request, bulk_job, jobs.cancel)


@require_POST
@requires(Permission.LEAD_EDIT)
def bulk_undo(request: MemberRequest, bulk_job: uuid.UUID) -> HttpResponse:
    return _do(request, bulk_job, jobs.start_undo)


def _do(request: MemberRequest, pk: uuid.UUID, verb: Any) -> HttpResponse:
    job, _action = _visible(request, pk)
    try:
        verb(job, by=request.member)
    except jobs.NotPossible:
        context = {"job": job.reloaded(), "action": _action}
        return TemplateResponse(request, "bulk/conflict.html", context, status=CONFLICT)
    return redirect("leads:bulk_job", job.pk)


@require_safe
@requires(Permission.LEAD_EDIT)
def bulk_rows(request: MemberRequest, bulk_job: uuid.UUID) -> HttpResponse:
    """Show what became of the leads: `?state=` one of the states."""
    job, verb = _visible(request, bulk_job)
    state = request.GET.get("state", "")
    states = [state] if state in SHOWN else list(SHOWN)
    rows = job.rows.filter(state__in=states, lead__isnull=False).select_related("lead")
    page = keyset_page(request, rows, by="lead_id", place_of=lambda row: "")
    sight = sight_of(request.member)
    found: list[Any] = list(page.rows)
    lines = [
        (row, sight.covers(row.lead.assigned_to_id), reason_in_words(verb, row.reason) if row.reason else "")
        for row in found
    ]
    label = BulkRow.State(state).label if state in SHOWN else ""
    context = {"job": job, "action": verb, "page": page, "lines": lines, "state": state, "label": label}
    return TemplateResponse(request, "bulk/rows.html", context)


@require_safe
@requires(Permission.LEAD_EXPORT)
def bulk_file(request: MemberRequest, bulk_job: uuid.UUID) -> HttpResponseBase:
    """The file of an export, for who asked for it and nobody else."""
    mine = BulkJob.objects.filter(created_by=request.member, action=EXPORT)
    job: BulkJob = get_object_or_404(mine, pk=bulk_job)
    if not job.file or job.file_until is None or job.file_until <= timezone.now():
        raise Http404
    kind = job.params["kind"]
    name = f"leads-{timezone.localtime(job.created_at):%Y-%m-%d}.{kind}"
    jobs.note_download(job, by=request.member)
    answer = FileResponse(job.file.open("rb"), as_attachment=True, filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
