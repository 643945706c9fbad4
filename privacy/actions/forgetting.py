"""What goes at once of a person who leaves an organisation for good, along the registry of personal data."""

from collections import Counter

from django.apps import apps
from django.utils import timezone

from accounts.models import Invitation, Membership
from accounts.work import schedule
from jini.lib.ids import one_of
from jini.lib.personal_data import Erase, Table, Whose, tables
from jini.lib.purging import delete_rows
from privacy.actions.exporting import FORGET
from privacy.models import Export

# Rules under which records are the person's own. What else is about them is the organisation's, and goes by its rule:
# times at work 90 days after they left, calls after the period of calls.
OWN = frozenset({"account", "secrets", "invitations", "notices", "sessions", "usage"})


def own_tables() -> list[Table]:
    """Return the tables of organisations whose rows about a member go when their account does."""
    return [
        table
        for table in tables()
        if table.keep in OWN
        and table.erase is Erase.DELETE
        and table.about.get(Whose.USER, "").endswith("__user")
        # A phone that calls came from stays as a device without a name: `leaving.hand_back`.
        and table.model != "dialer.Device"
        and hasattr(apps.get_model(table.model), "organisation")
    ]


def forget_in(member: Membership) -> dict[str, int]:
    """Delete what is `member`'s own in the open scope and transaction; return {table: rows}."""
    counts: Counter[str] = Counter()
    for table in own_tables():
        model = apps.get_model(table.model)
        rows = model.objects.filter(one_of(table.about[Whose.USER], [member.user_id]))
        counts[table.model] = delete_rows(model, list(rows.values_list("pk", flat=True)))
    invited = Invitation.objects.filter(organisation=member.organisation_id, email__iexact=member.user.email)
    counts["accounts.Invitation"] = invited.delete()[0]
    mine = Export.objects.filter(created_by=member, removed_at=None)
    for export in mine.filter(until__isnull=False):
        # The files go with the task that removes them when their time is over: it is over.
        Export.objects.filter(pk=export.pk).update(until=timezone.now())
        schedule(FORGET, export.pk)
    return {name: count for name, count in counts.items() if count}
