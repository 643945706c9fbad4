"""The pages of figures: the manager's dashboard, the telecaller's own, and what each figure means."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, Role, requires
from dialer.models import Campaign
from jini.lib.spreadsheet import csv_download
from reports.cells import Part
from reports.figures import Figures
from reports.metrics import METRICS
from reports.parts import APART, DASHBOARD_TILES, OWN_TILES, PARTS, tiles
from reports.period import CHOICES
from reports.selection import own_selection, read_selection
from teams.visibility import people_seen_by, teams_seen_by

OWN_PARTS = ("hours", "outcomes", "days")


@require_safe
@requires(Permission.FIGURES_TEAM)
def dashboard(request: MemberRequest) -> HttpResponse:
    read = Figures(read_selection(request.member, request.GET))
    people = people_seen_by(request.member).active().filter(role=Role.TELECALLER)
    context = _page(read, DASHBOARD_TILES, tuple(key for key in PARTS if key not in APART)) | {
        "teams": teams_seen_by(request.member).order_by("name"),
        "campaigns": Campaign.objects.visible_to(request.member).order_by("name"),
        "telecallers": people,
        "parts_url": reverse("reports:dashboard"),
    }
    return TemplateResponse(request, "reports/dashboard.html", context)


@require_safe
@requires(Permission.FIGURES_OWN)
def my_stats(request: MemberRequest) -> HttpResponse:
    read = Figures(own_selection(request.member, request.GET))
    context = _page(read, OWN_TILES, OWN_PARTS) | {"parts_url": reverse("reports:my_stats")}
    return TemplateResponse(request, "reports/my_stats.html", context)


def _page(read: Figures, keys: tuple[str, ...], parts: tuple[str, ...]) -> dict[str, Any]:
    selection = read.selection
    return {
        "selection": selection,
        "before": read.before.period,
        "periods": CHOICES.items(),
        "tiles": tiles(read, keys),
        "parts": {key: PARTS[key](read) for key in parts},
        "query": urlencode(selection.query),
    }


@require_safe
@requires(Permission.FIGURES_TEAM)
def dashboard_part(request: MemberRequest, part: str) -> HttpResponse:
    return _table(
        request, Figures(read_selection(request.member, request.GET)), part, tuple(PARTS), reverse("reports:dashboard")
    )


@require_safe
@requires(Permission.FIGURES_TEAM)
def dashboard_csv(request: MemberRequest, part: str) -> HttpResponseBase:
    return _csv(Figures(read_selection(request.member, request.GET)), part, tuple(PARTS))


@require_safe
@requires(Permission.FIGURES_OWN)
def my_part(request: MemberRequest, part: str) -> HttpResponse:
    read = Figures(own_selection(request.member, request.GET))
    return _table(request, read, part, OWN_PARTS, reverse("reports:my_stats"))


@require_safe
@requires(Permission.FIGURES_OWN)
def my_csv(request: MemberRequest, part: str) -> HttpResponseBase:
    return _csv(Figures(own_selection(request.member, request.GET)), part, OWN_PARTS)


def _made(read: Figures, key: str, allowed: tuple[str, ...]) -> Part:
    if key not in allowed:
        raise Http404
    return PARTS[key](read)


def _table(request: MemberRequest, read: Figures, key: str, allowed: tuple[str, ...], back: str) -> HttpResponse:
    part = _made(read, key, allowed)
    context = {"part": part, "selection": read.selection, "query": urlencode(read.selection.query), "back": back}
    return TemplateResponse(request, "reports/part.html", context)


def _csv(read: Figures, key: str, allowed: tuple[str, ...]) -> HttpResponseBase:
    part, period = _made(read, key, allowed), read.selection.period
    return csv_download(_rows(part), name=f"{key}-{period.first.isoformat()}-{period.last.isoformat()}.csv")


def _rows(part: Part) -> Iterator[list[Any]]:
    yield [str(column) for column in part.columns]
    for row in part.rows:
        yield ["" if cell.value is None else cell.value for cell in (row.head, *row.cells)]


@require_safe
@requires(Permission.FIGURES_OWN)
def metrics(request: MemberRequest) -> HttpResponse:
    return TemplateResponse(request, "reports/metrics.html", {"metrics": METRICS.values()})
