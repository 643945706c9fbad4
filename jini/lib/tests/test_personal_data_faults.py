"""Nonsense in a declaration is named, each kind of it."""

import pytest

from jini.lib.personal_data import Basis, Erase, Export, Kind, Purpose, Seen, Table, Whose
from jini.lib.personal_data_faults import each_fault, faults_of, faults_of_table
from jini.lib.retention import SCHEDULE, Nature, Rule, Since, longer_than_personal, purge_of, purges

SOUND = {
    "model": "clinic.Patient",
    "what": "Patients",
    "whose": Whose.LEAD,
    "purpose": Purpose.LEADS,
    "basis": Basis.INSTRUCTION,
    "keep": "leads",
    "seen": Seen.LEAD_TEAM,
    "export": (Export.LEAD,),
    "about": {Whose.LEAD: "pk"},
    "columns": {Kind.TECHNICAL: "id", Kind.IDENTITY: "name"},
}


def faults(**changes) -> list[str]:
    return faults_of_table(Table(**(SOUND | changes)), SCHEDULE)


def test_a_sound_table_has_no_fault():
    assert faults() == []
    assert each_fault([Table(**SOUND)], [], SCHEDULE) == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"keep": ""}, "name: personal data without a retention rule"),
        ({"keep": "a while"}, "name: the retention rule 'a while' is not in"),
        ({"whose": Whose.NOBODY}, "name: personal data are somebody's"),
        ({"basis": Basis.NONE}, "name: personal data without a lawful basis"),
        ({"export": ()}, "name: in no export and no reason given"),
        ({"erase": Erase.NONE}, "name: personal data that an erasure leaves"),
        ({"erase": Erase.KEEP}, "name: kept in spite of an erasure without a legal ground"),
        ({"about": {}}, "about: there is no way from a row to its lead"),
        ({"columns": {Kind.SECRET: "name"}}, "name: a secret is never exported"),
        ({"columns": {Kind.USAGE: "name"}}, "name: usage data need a retention rule for usage data"),
        ({"columns": {Kind.TECHNICAL: "id", Kind.IDENTITY: "name id"}}, "id: named twice"),
        ({"but": {"nome": {"keep": "calls"}}}, "nome: in `but`, not among the columns"),
    ],
)
def test_a_contradiction_is_named(changes, fault):
    assert [found for found in faults(**changes) if found.startswith(fault)] != []


def test_a_column_has_what_its_table_has_unless_it_says_otherwise():
    table = Table(**(SOUND | {"but": {"name": {"erase": Erase.PSEUDONYM}}}))

    row, name = table.each()
    assert (row.whose, row.basis, row.erase) == (Whose.NOBODY, Basis.NONE, Erase.DELETE)
    assert (name.whose, name.basis, name.erase) == (Whose.LEAD, Basis.INSTRUCTION, Erase.PSEUDONYM)


def test_a_file_and_a_key_are_asked_the_same():
    column = next(column for column in Table(**(SOUND | {"keep": ""})).each() if column.kind.is_personal)

    assert faults_of(column, SCHEDULE) == ["personal data without a retention rule: fill in keep"]
    assert len(each_fault([], [column], SCHEDULE)) == 1


@pytest.mark.parametrize(
    ("days", "since", "found"),
    [(90, Since.CREATED, []), (91, Since.CREATED, ["usage"]), (1, Since.ENDED, ["usage"])],
)
def test_usage_data_never_outlive_personal_data(days, since, found):
    calls = Rule("Calls", 90, Since.CREATED, Nature.PERSONAL, "")
    account = Rule("Account", 1, Since.ENDED, Nature.PERSONAL, "")
    usage = Rule("Use", days, since, Nature.USAGE, "")

    assert longer_than_personal({"calls": calls, "account": account, "usage": usage}) == found


def test_a_rule_that_deletes_by_itself_says_by_what():
    with pytest.raises(KeyError, match="There is no retention rule 'diary'"):
        purges("diary", "clinic.actions.forget")

    assert purge_of("leads") is None or "." in purge_of("leads")
