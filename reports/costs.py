"""What calls cost, as a part of the figures."""

import uuid
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from dialer.calls.costs import Cost, costs_by
from jini.lib.words import grouped
from reports.cells import Cell, Part, Row, count_cell, names_of_people
from reports.figures import Figures
from reports.selection import Selection

PENNY = Decimal("0.01")


def cost(read: Figures) -> Part:
    """Cost per connected minute, lead called and conversion: of everybody together, then of each telecaller."""
    selection = read.selection
    by_person = {who: found for (who,), found in costs_by(selection.calls, "telecaller")}
    whole = costs_by(selection.calls)[0][1]
    won: dict[uuid.UUID | None, int] = dict(selection.won.order_by().values_list("assigned_to").annotate(Count("id")))
    names = names_of_people()
    rows = [_row(_("Everybody together"), whole, sum(won.values()), selection, {})]
    rows += [
        _row(names.get(who, ""), found, won.get(who, 0), selection, {"telecaller": who})
        for who, found in sorted(by_person.items(), key=lambda pair: -pair[1].amount)
    ]
    columns = [
        _("Telecaller"), _("Calls"), _("Cost, rupees"), _("By the provider’s word"), _("Per connected minute"),
        _("Per lead called"), _("Per conversion"),
    ]  # fmt: skip
    note = _("Rupees; what the provider has not told yet is estimated")
    return Part("cost", _("Cost of calls"), columns, rows, note)


def _row(name: str, found: Cost, won: int, selection: Selection, who: dict[str, Any]) -> Row:
    owner = {"owner": who["telecaller"]} if who else {}
    per_won = found.amount / won if won else None
    return Row(
        Cell(name, name),
        [
            count_cell(found.calls, selection.calls_url(**who)),
            _money(found.amount, selection.calls_url(**who)),
            Cell(grouped(found.priced), found.priced),
            _money(found.per_minute, selection.calls_url(connected=1, **who)),
            _money(found.per_lead, selection.calls_url(per_lead=1, **who)),
            _money(per_won, selection.leads_url("won", **owner)),
        ],
    )


def _money(amount: Decimal | None, url: str) -> Cell:
    """Money with its rows; a dash where there is nothing to divide by."""
    if amount is None:
        return Cell("–", None)
    rounded = amount.quantize(PENNY)
    return Cell(f"{rounded:,.2f}", rounded, url)
