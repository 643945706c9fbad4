"""What a legal hold keeps, as a condition of SQL."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.tenancy import current_organisation
from jini.lib.ids import one_of
from jini.lib.personal_data import Table, Whose, tables
from jini.lib.purging import Purge, hanging_on, purges_of
from privacy.models import LegalHold

Scope = LegalHold.Scope


def wait_for_holds(*, alone: bool) -> None:
    """Lock the holds of the open scope until its transaction ends: for placing one `alone`, or for deleting beside others.

    So a hold that was placed is seen by everything that deletes from then on.
    """
    how = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(hashtext('jini.holds'), hashtext(%s))", [str(current_organisation().pk)])


def in_force() -> list[LegalHold]:
    """Return the holds in force in the open scope."""
    return list(LegalHold.objects.in_force().select_related("member"))


def held(purge: Purge, holds: Collection[LegalHold]) -> Q | None:
    """Return the condition that a row of `purge.rows` stays because of a hold; None: no hold touches this table.

    A row also stays as long as a held one would be deleted with it.
    """
    conditions = [found for hold in holds if (found := _kept_by(hold, purge)) is not None]
    for name, other in hanging_on(purge):
        if (inner := held(other, holds)) is not None:
            conditions.append(Q(Exists(other.rows.filter(inner, **{name: OuterRef("pk")}))))
    if _goes_wholly(purge):
        conditions += [found for hold in holds for found in _kept_about(hold, purge)]
    return reduce(or_, conditions) if conditions else None


def _goes_wholly(purge: Purge) -> bool:
    """Whether rows of `purge` are leads: what is about one is erased with it."""
    return any(table.model == purge.model and table.about.get(Whose.LEAD) == "pk" for table in tables())


def _kept_about(hold: LegalHold, purge: Purge) -> Iterator[Q]:
    """Yield the conditions that a hold keeps a row about a lead, for every table that is erased with it."""
    for table in tables():
        path = table.about.get(Whose.LEAD)
        if path and table.model != purge.model:
            other, kept = _kept_in(hold, table)
            if kept is not None:
                yield Q(Exists(other.rows.filter(kept, **{path: OuterRef("pk")})))


def _kept_by(hold: LegalHold, purge: Purge, *, is_timed: bool = True) -> Q | None:
    if hold.rule and hold.rule != purge.rule:
        return None
    about: Any = Q(pk__isnull=False)
    if hold.scope == Scope.LEAD:
        about = purge.about(Whose.LEAD, [hold.lead_id]) if hold.lead_id else None
    elif hold.scope == Scope.MEMBER:
        about = purge.about(Whose.USER, [hold.member.user_id]) if hold.member else None
    if about is None:
        return None
    return Q(about) & _of_the_time(hold) if is_timed else Q(about)


def _of_the_time(hold: LegalHold) -> Q:
    """The condition that a row is of the hold's time, by the days of the organisation."""
    zone, condition = current_organisation().zone, Q()
    if hold.records_from:
        condition &= Q(counted_from__gte=dt.datetime.combine(hold.records_from, dt.time(), zone))
    if hold.records_until:
        end = hold.records_until + dt.timedelta(days=1)
        condition &= Q(counted_from__lt=dt.datetime.combine(end, dt.time(), zone))
    return condition


def refuse_merging(leads: Collection[uuid.UUID]) -> str:
    """Return why leads under a hold are not merged, which would mix what has to stay with what may go."""
    if LegalHold.objects.in_force().filter(scope=Scope.LEAD, lead_id__in=list(leads)).exists():
        return _("A legal hold keeps one of these leads as it is. It can be merged when the hold ends.")
    return ""


def holding(leads: Collection[uuid.UUID]) -> list[LegalHold]:
    """Return the holds in force that keep any row about these leads, which are erased as a whole or not yet."""
    return [hold for hold in in_force() if _keeps_any(hold, list(leads))]


def _keeps_any(hold: LegalHold, leads: list[uuid.UUID]) -> bool:
    if hold.scope == Scope.LEAD and hold.lead_id not in leads:
        return False
    if hold.scope != Scope.MEMBER and not (hold.rule or hold.records_from or hold.records_until):
        return True
    return any(_keeps_rows(hold, table, leads) for table in tables() if table.about.get(Whose.LEAD))


def _keeps_rows(hold: LegalHold, table: Table, leads: list[uuid.UUID]) -> bool:
    purge, kept = _kept_in(hold, table)
    mine = purge.rows.filter(one_of(table.about[Whose.LEAD], leads))
    return kept is not None and bool(mine.filter(kept).exists())


def _kept_in(hold: LegalHold, table: Table) -> tuple[Purge, Q | None]:
    """Return what deletes rows of a table, and the condition that the hold keeps one; None: it keeps none."""
    known = next((each for each in purges_of(table.keep) if each.model == table.model), None)
    purge = known or Purge(table.keep, table.model, Now())
    # Where nothing says from when a row counts, a hold of some time keeps it whatever its time.
    return purge, _kept_by(hold, purge, is_timed=known is not None)
