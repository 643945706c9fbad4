"""Whose the new leads of a list are, by the rule that was chosen for it."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from accounts.models import Membership
from leads.importing.rows import Row
from leads.models import ImportBatch, Lead
from teams.visibility import people_seen_by

Rule = ImportBatch.OwnerRule
MOST_SHARES = 100


@dataclass
class Owners:
    """Gives each new lead its owner. `turns` are taken in their order; `loads` grow with what is given."""

    rule: str = Rule.NOBODY
    turns: Sequence[uuid.UUID] = ()
    loads: Counter[uuid.UUID] = field(default_factory=Counter)
    people: Mapping[str, uuid.UUID] = field(default_factory=dict)

    @property
    def gives(self) -> bool:
        return self.rule == Rule.COLUMN or bool(self.turns)

    def of(self, place: int, said: str) -> uuid.UUID | None:
        """Return the owner of the new lead at `place`, counted over the whole list; `said` is the file's own word."""
        if self.rule == Rule.COLUMN:
            return self.people.get(said.casefold())
        if not self.turns:
            return None
        if self.rule != Rule.LOAD:
            return self.turns[place % len(self.turns)]
        # Of those with as little, whoever stands first.
        owner = min(self.turns, key=lambda one: self.loads[one])
        self.loads[owner] += 1
        return owner

    def marked(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return `rows` with a fault where the file names an owner who is nobody whom the importer sees."""
        if self.rule != Rule.COLUMN:
            return rows
        return [
            row._replace(faults=(*row.faults, ("owner", "owner_unknown")))
            if row.owner and row.owner.casefold() not in self.people
            else row
            for row in rows
        ]


def owners_of(batch: ImportBatch) -> Owners:
    """Return who gets the new leads of `batch`: only people who are still here, and whom its importer sees."""
    options: Mapping[str, Any] = batch.options
    rule = options.get("owner_rule") or (Rule.TURNS if options["owners"] else Rule.NOBODY)
    if rule == Rule.COLUMN:
        return Owners(rule, people=_by_word(people_seen_by(batch.created_by).active().select_related("user")))
    people = Membership.objects.active().of(batch.organisation).filter(pk__in=options["owners"])
    active = {str(pk): pk for pk in people.values_list("pk", flat=True)}
    chosen = [active[owner] for owner in options["owners"] if owner in active]
    if rule == Rule.SHARES:
        chosen = in_shares(
            {active[one]: int(options["shares"].get(one, 1)) for one in options["owners"] if one in active}
        )
    return Owners(
        rule, chosen if rule != Rule.NOBODY else (), loads=_loads(batch, chosen) if rule == Rule.LOAD else Counter()
    )


def in_shares(shares: Mapping[uuid.UUID, int]) -> list[uuid.UUID]:
    """Return turns in which each person comes as often as their share says, spread evenly."""
    total, credit, turns = sum(shares.values()), Counter[uuid.UUID](), []
    for _ in range(total):
        credit.update(shares)
        most = max(shares, key=lambda one: credit[one])
        credit[most] -= total
        turns.append(most)
    return turns


def _loads(batch: ImportBatch, chosen: Sequence[uuid.UUID]) -> Counter[uuid.UUID]:
    """How many open leads each has: counted when the run begins, and carried on from stretch to stretch."""
    if kept := batch.cursor.get("loads"):
        return Counter({uuid.UUID(pk): count for pk, count in kept.items()})
    counted = Lead.objects.open().filter(assigned_to__in=chosen).order_by().values_list("assigned_to")
    return Counter(dict(counted.annotate(Count("pk"))))


def _by_word(people: Iterable[Membership]) -> dict[str, uuid.UUID]:
    """Who is meant by an e-mail address or a name; a name that two have means nobody."""
    found: dict[str, uuid.UUID] = {}
    named: Counter[str] = Counter()
    for member in people:
        name = " ".join(member.name.split()).casefold()
        named[name] += 1
        found[name] = member.pk
        found[member.user.email.casefold()] = member.pk
    return {word: pk for word, pk in found.items() if named[word] < 2}
