"""How much JiNi is used here, told by counts without people."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from privacy.models import UsageCount
from privacy.models.usage_count import FEWEST_PEOPLE
from privacy.retention import schedule_here

PERIODS = (30, 90, 365)
MOST_PAGES, MOST_DAYS = 100, 31


@require_safe
@requires(Permission.SETTINGS_EDIT)
def usage_counts(request: MemberRequest) -> HttpResponse:
    """Show the visits by page, kind of device and day of the last `?days=`, one of `PERIODS`."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else PERIODS[0]
    counts = UsageCount.objects.filter(day__gte=timezone.localdate() - dt.timedelta(days=days))
    labels = dict(UsageCount.Device.choices)
    context = {
        "days": days,
        "periods": [
            (period, ngettext("%(days)s day", "%(days)s days", period) % {"days": period}) for period in PERIODS
        ],
        "pages": _rows(
            counts.summed_by("page").order_by("-visits", "page")[:MOST_PAGES], "page", {"": _("Other pages")}
        ),
        "devices": _rows(counts.summed_by("device_type").order_by("-visits"), "device_type", labels),
        "by_day": _rows(counts.summed_by("day").order_by("-day")[:MOST_DAYS], "day", {}),
        "fewest": FEWEST_PEOPLE,
        "kept": schedule_here()["usage_counts"].days,
    }
    return TemplateResponse(request, "settings/usage.html", context)


def _rows(sums: Any, column: str, labels: dict[Any, Any]) -> list[dict[str, Any]]:
    return [
        row | {"label": labels.get(row[column], row[column]), "average": round(row["seconds"] / row["visits"])}
        for row in sums
    ]
