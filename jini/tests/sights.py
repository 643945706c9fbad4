"""A small organisation with teams, and something of everybody's, for the tests of who sees what."""

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from dialer.tests.factories import make_call, make_campaign, make_entry
from leads.models import ImportBatch, Status
from leads.tests.factories import make_follow_up, make_lead
from teams.models import Team, TeamMembership

# Whose records each of the cast sees; "nobody" are those that belong to nobody.
SEES = {
    "head": {"asha", "bilal", "nobody"},
    "west": {"asha", "nobody"},
    "none": {"nobody"},
    "admin": {"asha", "bilal", "ela", "nobody"},
    "owner": {"asha", "bilal", "ela", "nobody"},
    "asha": {"asha"},
}
MANAGERS = ["head", "west", "none"]
TELECALLERS = ("asha", "bilal", "ela")


class World:
    """Sales (led by `head`) with West (led by `west`: Asha) and South (Bilal) below it, and East with Ela apart."""

    def __init__(self, **cast: Membership) -> None:
        self.people = cast
        self.leads: dict[str, Any] = {}
        self.follow_ups: dict[str, Any] = {}
        self.calls: dict[str, Any] = {}
        self.campaigns: dict[str, Any] = {}
        self.batches: dict[str, Any] = {}
        sales = Team.objects.create(name="Sales")
        self.teams = {
            "sales": sales,
            "west": Team.objects.create(name="West", parent=sales),
            "south": Team.objects.create(name="South", parent=sales),
            "east": Team.objects.create(name="East"),
        }
        for team, name in [("sales", "head"), ("west", "west"), ("west", "asha"), ("south", "bilal"), ("east", "ela")]:
            is_lead = name in MANAGERS
            TeamMembership.objects.create(team=self.teams[team], member=cast[name], is_lead=is_lead)
        won = Status.objects.get(kind=Status.Kind.WON)
        for name in TELECALLERS:
            self._work_of(name, cast[name])
            make_lead(assigned_to=cast[name], status=won, won_at=timezone.now(), name=f"won by {name}")
        self.leads["nobody"] = make_lead(name="nobody's lead")
        make_lead(status=won, won_at=timezone.now(), name="won by nobody")
        self.batches["head"] = self._batch(cast["head"])
        self.batches["west"] = self._batch(cast["west"])
        self.batches["admin"] = self._batch(cast["admin"])

    def _work_of(self, name: str, member: Membership) -> None:
        lead = self.leads[name] = make_lead(assigned_to=member, name=f"{name}'s lead")
        self.follow_ups[name] = make_follow_up(lead, member, due_at=timezone.now() - dt.timedelta(hours=2))
        campaign = self.campaigns[name] = make_campaign(member, name=f"Campaign of {name}")
        make_entry(lead, campaign)
        self.calls[name] = make_call(lead, member, campaign=campaign, talk=30)

    def _batch(self, member: Membership) -> Any:
        return ImportBatch.objects.create(created_by=member, file="x", file_name="list.csv", file_bytes=1)

    def member(self, who: str) -> Membership:
        """The member as a request fetches them."""
        return Membership.objects.select_related("user", "organisation").get(pk=self.people[who].pk)
