"""What is held about a person who has an account, by the inventory: for their own eyes."""

from dataclasses import dataclass

from accounts.context import optional_url
from accounts.models import Membership
from jini.lib import recorded
from jini.lib.paging import capped_count
from jini.lib.personal_data import Kind, Table
from jini.lib.retention import SCHEDULE, Rule
from privacy.exporting.scope import parts_of
from privacy.models import Export
from privacy.retention import schedule_here


@dataclass(frozen=True)
class Held:
    """One table with rows about the person: how many in words, the kinds of data, and how long they are kept."""

    table: Table
    count: str
    kinds: list[Kind]
    rule: Rule | None


def held_about(member: Membership) -> list[Held]:
    """Return what is held about `member` in this organisation and of their account, leaving out what has no row."""
    export = Export(kind=Export.Kind.MINE, created_by=member, organisation=member.organisation)
    found = []
    for part in parts_of(export):
        count = capped_count(part.rows)
        if count != "0":
            kinds = list(dict.fromkeys(column.kind for column in part.columns if column.kind.is_personal))
            found.append(Held(part.table, count, kinds, SCHEDULE.get(part.table.keep)))
    return found


@dataclass(frozen=True)
class Recorded:
    """One line of what is recorded about somebody's work: how much in words, who used it, how long it stays, where it is."""

    what: str
    says: str
    who: list[str]
    rule: Rule
    url: str


def recorded_about(member: Membership) -> list[Recorded]:
    """Return what the apps record about `member` at work, by the periods of this organisation; what there is none of, too."""
    here = schedule_here()
    return [
        Recorded(
            str(line.what),
            str(line.says(member)),
            line.who(member) if line.who else [],
            here[line.keep],
            optional_url(line.view) if line.view else "",
        )
        for line in recorded.lines()
    ]
