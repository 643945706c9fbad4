"""Follow-ups: what is late, what is due today, what comes, and how well their times were kept."""

import datetime as dt

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.models import Membership
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from jini.lib.paging import keyset_page
from leads.actions.follow_up_settings import save_settings
from leads.follow_up_forms import FollowUpSettingsForm
from leads.follow_up_list import MOST_COUNTED, Asked, count_of, kept_by_person
from leads.models import FollowUp, FollowUpSettings
from leads.picks import quick_picks
from teams.visibility import sight_of

SPANS = (7, 30)


@require_safe
@requires(Permission.LEAD_VIEW)
def follow_ups(request: MemberRequest) -> HttpResponse:
    asked = Asked(request.member, request.GET)
    labels = {"overdue": _("Overdue"), "today": _("Today"), "upcoming": _("Upcoming"), "open": _("Open to all")}
    page = keyset_page(request, asked.rows.select_related("lead", "assigned_to__user"), by="due_at")
    sight = sight_of(request.member)
    context = {
        "page": page,
        "asked": asked,
        "openable": {task.lead_id for task in page.rows if sight.covers(task.lead.assigned_to_id)},
        "current": "" if asked.day or asked.is_past else asked.due,
        "tabs": [(key, label, count_of(asked.tab(key)), asked.url(due=key)) for key, label in labels.items()],
        "strip": asked.strip(),
        "kinds": FollowUp.Kind.choices,
        "picks": quick_picks(),
        "may_give": request.member.may(Permission.LEAD_ASSIGN),
    }
    return TemplateResponse(request, "leads/follow_ups.html", context)


@require_safe
@requires(Permission.LEAD_VIEW)
def kept(request: MemberRequest) -> HttpResponse:
    """How well everybody who is seen kept to their times; of a telecaller their own."""
    days = next((span for span in SPANS if str(span) == request.GET.get("days")), SPANS[0])
    names = {row.pk: row.name for row in Membership.objects.of(request.organisation)}
    rows = [(names.get(row.member_id, ""), row) for row in kept_by_person(request.member, days)]
    today = timezone.localdate()
    first = today - dt.timedelta(days=days - 1)
    context = {"rows": rows, "days": days, "spans": SPANS, "first": first.isoformat(), "last": today.isoformat()}
    return TemplateResponse(request, "leads/follow_ups_kept.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def settings(request: MemberRequest) -> HttpResponse:
    own = FollowUpSettings.current()
    form = FollowUpSettingsForm(request.POST if request.method == "POST" else None, instance=own)
    if request.method == "POST" and form.is_valid():
        save_settings(own, fields=form.changed_data, by=request.member)
        toast(request, _("Saved."))
        return redirect("leads:follow_up_settings")
    labels = {name: field.label for name, field in form.fields.items()}
    context = {"form": form, "history": audit.history(own, labels)}
    return TemplateResponse(request, "settings/follow_ups.html", context, status=422 if form.is_bound else 200)


def late_follow_ups(member: Membership) -> int:
    """How many follow-ups are late: the red count of the navigation, for a telecaller their own."""
    late = FollowUp.objects.overdue().visible_to(member).order_by().values_list("pk")
    # They are few, and every page asks: to have PostgreSQL count them takes a larger question.
    return len(late[: MOST_COUNTED + 1])
