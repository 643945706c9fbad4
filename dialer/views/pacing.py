"""The pacing simulator: what each mode of calling would have made of the team's own last weeks."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.campaigns.history import LONGEST_LOOK, MOST, History, history_of
from dialer.campaigns.pacing import TOO_FEW, Pace, Plan, Played, play
from dialer.pacing_form import PacingForm

INVALID = 422


@require_safe
@requires(Permission.FIGURES_TEAM)
def pacing(request: MemberRequest) -> HttpResponse:
    shown = {name: field.initial for name, field in PacingForm.base_fields.items() if field.initial is not None}
    form = PacingForm(shown | request.GET.dict(), by=request.member)
    context: dict[str, Any] = {"form": form, "too_few": TOO_FEW, "most": MOST, "longest_look": round(LONGEST_LOOK / 60)}
    if not form.is_valid():
        return TemplateResponse(request, "dialer/pacing.html", context | {"history": None}, status=INVALID)
    asked = form.cleaned_data
    history = history_of(request.member, weeks=int(asked["weeks"]), campaign=asked["campaign"])
    is_enough = len(history.samples) >= TOO_FEW
    plan = _plan(asked, history)
    context |= {
        "history": history,
        "is_enough": is_enough,
        "plan": plan,
        "rows": [_row(play(history.samples, plan, pace)) for pace in Pace] if is_enough else [],
        "connect_rate": round(100 * history.answered / len(history.samples)) if history.samples else 0,
    }
    return TemplateResponse(request, "dialer/pacing.html", context)


def _plan(asked: dict[str, Any], history: History) -> Plan:
    people = asked["telecallers"] or history.telecallers
    return Plan(float(asked["countdown"]), float(asked["lines"]), people, asked["seed"])


def _row(played: Played) -> dict[str, Any]:
    """What a line of the table shows."""
    names = {
        Pace.PREVIEW: _("Preview, as it was"),
        Pace.TIMED: _("Timed preview"),
        Pace.PROGRESSIVE: _("Progressive"),
        Pace.RATIO: _("Ratio"),
        Pace.PREDICTIVE: _("Predictive"),
    }
    return {
        "name": names[played.pace],
        "is_simulated_only": played.pace.is_simulated_only,
        "idle": round(played.idle_per_call, 1),
        "calls": round(played.calls_per_hour, 1),
        "connects": round(played.connects_per_hour, 1),
        "abandoned": played.abandoned,
        "abandon_rate": round(100 * played.abandon_rate, 1),
    }
