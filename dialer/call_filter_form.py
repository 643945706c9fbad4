"""What may be chosen on the call log. The state is the query string; there is nothing to validate or to save."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Membership
from dialer.filters import NONE, Found
from dialer.models import Call, Campaign, Disposition
from dialer.recordings import coverage
from leads.filter_form import Choice, Field
from teams.visibility import people_seen_by, sight_of

# What a call comes to; the steps before are over in seconds.
STATUSES = (
    Call.Status.IN_PROGRESS,
    Call.Status.COMPLETED,
    Call.Status.NO_ANSWER,
    Call.Status.BUSY,
    Call.Status.FAILED,
    Call.Status.CANCELED,
)


class CallFilterForm:
    """The filters that may be set by hand; others, which a figure linked with, go along hidden."""

    def __init__(self, query: QueryDict, member: Membership, found: Found) -> None:
        self._query = query
        chosen = found.values
        self.q = chosen.get("q", "")
        self.fields = [Field(name, label, "date", chosen.get(name, "")) for name, label in self._days()]
        self.choices = [
            Choice(name, label, list(values), chosen.get(name, ""))
            for name, label, values in self._lists(member)
            if values
        ]
        shown = {part.name for part in self.choices} | {part.name for part in self.fields} | {"q"}
        self.hidden = [(name, value) for name, value in chosen.items() if name not in shown]
        self.chips = [(chip.text, self._without(chip.name)) for chip in found.chips]

    def _days(self) -> list[tuple[str, Any]]:
        return [("from", _("From")), ("to", _("To"))]

    def _lists(self, member: Membership) -> list[tuple[str, Any, Any]]:
        # Also who works here no more: their calls stay.
        people = [] if sight_of(member).is_own else list(people_seen_by(member))
        campaigns = Campaign.objects.visible_to(member).order_by("name").values_list("pk", "name")
        own = Disposition.objects.filter(is_active=True).order_by("position", "id")
        outcomes = [(NONE, _("No outcome")), *((str(row.pk), row.label) for row in own)]
        return [
            ("telecaller", _("Telecaller"), [(str(person.pk), person.name) for person in people]),
            ("campaign", _("Campaign"), [(NONE, _("No campaign")), *((str(pk), name) for pk, name in campaigns)]),
            ("disposition", _("Outcome"), outcomes),
            ("connected", _("Answered"), [("1", _("Connected")), ("0", _("Not connected"))]),
            ("status", _("Line"), [(str(status), status.label) for status in STATUSES]),
            ("direction", _("Direction"), Call.Direction.choices),
            ("recording", _("Recording"), [(kind, coverage.WORDS[kind]) for kind in coverage.OFFERED]),
            ("open", _("Wrap-up"), [("1", _("Still open"))]),
            ("forgotten", _("Closed by JiNi"), [("1", _("Nobody chose an outcome"))]),
        ]

    def _without(self, name: str) -> str:
        """The query string without one filter, at the first page."""
        rest = self._query.copy()
        for gone in (name, "older", "newer"):
            rest.pop(gone, None)
        return rest.urlencode()
