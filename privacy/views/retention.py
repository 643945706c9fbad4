"""How long each kind of record is kept, and what was deleted."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.purging import purged_rules
from privacy.actions.purging import MOST_COUNTED, confirm, would_go
from privacy.actions.retention import NotAllowed, set_period
from privacy.models import LegalHold, RetentionRun
from privacy.retention import bounds, changeable, schedule_here
from privacy.retention_forms import PeriodForm


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def retention(request: MemberRequest) -> HttpResponse:
    """Show every period; take a new one for one rule. `?count` also counts what would go now."""
    form = PeriodForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        if form.is_valid():
            rule, days = form.cleaned_data["rule"], form.cleaned_data["days"]
            try:
                set_period(rule, days, by=request.member)
            except NotAllowed as refusal:
                form.add_error("days", str(refusal))
            else:
                toast(request, _("Saved. It holds from the next night on."))
                return redirect("privacy:retention")
        elif "rule" in form.errors:
            raise Http404
    context = {
        "rows": _rows(form, is_counted="count" in request.GET),
        "holds": LegalHold.objects.in_force().count(),
        "is_counted": "count" in request.GET,
        "most": MOST_COUNTED,
        "form": form,
    }
    return TemplateResponse(request, "settings/retention.html", context, status=422 if form.errors else 200)


def _rows(form: PeriodForm, *, is_counted: bool) -> list[dict[str, Any]]:
    here, mine, automatic = schedule_here(), changeable(), set(purged_rules())
    newest = {run.rule: run for run in RetentionRun.objects.order_by("rule", "-day").distinct("rule")}
    asked = form.data.get("rule") if form.errors else None
    return [
        {
            "key": key,
            "rule": rule,
            "bounds": bounds(rule) if key in mine else None,
            "run": newest.get(key),
            "due": would_go(key, rule) if is_counted and key in automatic else None,
            "errors": form.errors.get("days", []) if key == asked else [],
            "days": form.data.get("days") if key == asked else rule.days,
        }
        for key, rule in here.items()
    ]


@require_POST
@requires(Permission.SETTINGS_EDIT)
def confirmation(request: MemberRequest, run: uuid.UUID) -> HttpResponse:
    """Say that a stopped run is meant."""
    if confirm(get_object_or_404(RetentionRun.objects.all(), pk=run), by=request.member):
        toast(request, _("Confirmed. The records are being deleted."))
    return redirect("privacy:retention")
