"""What is held, why, how long and for whom: declared by each app in its `personal_data.py`, complete by test.

The inventory page, the record of processing, the policy's tables, exports and erasures are made from here alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Worded(Enum):
    """An enumeration whose values are what people read."""

    def __str__(self) -> str:
        return str(self.value)


class Kind(Worded):
    """The class of data; the first seven are those of section 3 of the policy."""

    IDENTITY = _("names and contact details")
    ADDRESS = _("postal address")
    REGISTRATION = _("registration details")
    EMPLOYEE = _("details of people at work")
    LEAD = _("what an organisation knows about a lead")
    CALLS = _("logs of calls and messages")
    USAGE = _("how JiNi is used")
    CONTENT = _("notes, messages, recordings and files")
    SECURITY = _("records of security and of important actions")
    PROOF = _("proofs of acceptance and consent")
    SECRET = _("passwords, keys and codes")
    # The last two say nothing about a person by themselves and go with their row.
    SETTING = _("settings and figures of an organisation")
    TECHNICAL = _("keys, states and times")

    @property
    def is_personal(self) -> bool:
        return self not in {Kind.SETTING, Kind.TECHNICAL}


class Whose(Worded):
    """Whom the data are about, and so who may ask for them."""

    LEAD = _("lead")
    USER = _("person with an account")
    ORGANISATION = _("organisation")
    CALLER = _("unknown caller or called person")
    NOBODY = pgettext_lazy("whose", "nobody")


class Purpose(Worded):
    """Why; the words of section 5 of the policy."""

    ACCOUNT = _("to manage your account")
    CONTRACT = _("to fulfil the contract with the organisation")
    LEADS = _("to reach the organisation's leads and keep what was agreed with them")
    CALLS = _("to make calls and prove when and how they were made")
    TEAM = _("to lead the team and show its figures")
    NOTIFY = _("to tell people what concerns their work and the service")
    NEWS = _("to send news and offers to whoever wants them")
    SECURITY = _("to keep accounts safe and find misuse")
    PROOF = _("to prove what was accepted, wished or done")
    LIMITS = _("to honour wishes and rules about being called")
    OPERATE = _("to run the service and find faults")
    IMPROVE = _("to see how the service is used and improve it")


class Basis(Worded):
    """The ground on which it may be held (Digital Personal Data Protection Act 2023 in brackets)."""

    AGREEMENT = _("the agreement with you (sections 6 and 7(a))")
    INSTRUCTION = _("the organisation's instruction: it decides about its leads (section 8(2))")
    EMPLOYMENT = _("the employer's work (section 7(i))")
    CONSENT = _("your consent, which you can withdraw (section 6)")
    DUTY = _("a legal duty")
    NONE = _("none is needed: it is about no person")


class Seen(Worded):
    """Who can see it in JiNi."""

    SELF = _("the person, and admins of the organisation")
    ONLY_SELF = _("the person alone")
    LEAD_TEAM = _("whoever works on the lead: its telecaller, managers and admins")
    MANAGERS = _("managers, admins and owners")
    ADMINS = _("admins and owners")
    EVERYBODY = _("everybody in the organisation")
    OPERATOR = _("whoever runs this installation")
    PROGRAM = _("nobody: only the program uses it")
    PUBLIC = _("everybody")


class Export(Worded):
    """In which copy it is handed out."""

    MINE = _("in “my data” of the person")
    LEAD = _("in the copy for the lead")
    ORGANISATION = _("in the organisation's export")


class Erase(Worded):
    """What becomes of it when the person or the organisation is erased."""

    DELETE = _("deleted")
    BLANK = _("emptied; the rest of the record stays")
    PSEUDONYM = _("replaced by a name that says nothing")
    KEEP = _("kept until its date, since a law or a proof needs it")
    PROVIDER = _("deleted at the provider too")
    NONE = _("stays: it is about no person")


NOTHING: tuple[Export, ...] = ()


class Change(TypedDict, total=False):
    """What one column has otherwise than its table."""

    kind: Kind
    whose: Whose
    purpose: Purpose
    basis: Basis
    keep: str
    seen: Seen
    export: tuple[Export, ...]
    why_not: str
    erase: Erase
    ground: str


@dataclass(frozen=True)
class Item:
    """What holds of one piece of data: a column, a file, a key, a line of a log.

    `keep` names a rule of `jini.lib.retention.SCHEDULE`. `why_not` says why it is in no export, `ground` why it is
    kept in spite of an erasure; both are for whoever reads the record of processing, so in English alone.
    """

    kind: Kind
    whose: Whose
    purpose: Purpose
    basis: Basis
    keep: str
    seen: Seen
    export: tuple[Export, ...] = NOTHING
    why_not: str = ""
    erase: Erase = Erase.DELETE
    ground: str = ""


@dataclass(frozen=True)
class Column(Item):
    """One column of one table: `model` as in "leads.Lead", or the table's name where there is no model."""

    model: str = ""
    name: str = ""


@dataclass(frozen=True)
class Table:
    """A model and what holds of its columns, which are named by kind: {Kind.IDENTITY: "name phone"}.

    `about` leads from a row to the person it is about: {Whose.LEAD: "lead", Whose.USER: "actor__user"}. Exports and
    erasures of one person go along it. `number` is the column of the telephone number by which rows are found that have
    no such way, and by which a lead's rows say what numbers it has. `but` has what single columns have otherwise.
    """

    model: str
    what: Promise
    whose: Whose
    purpose: Purpose
    basis: Basis
    keep: str
    seen: Seen
    columns: Mapping[Kind, str]
    export: tuple[Export, ...] = NOTHING
    why_not: str = ""
    erase: Erase = Erase.DELETE
    ground: str = ""
    about: Mapping[Whose, str] = field(default_factory=dict)
    number: str = ""
    but: Mapping[str, Change] = field(default_factory=dict)

    def each(self) -> Iterator[Column]:
        """Yield the columns, each with all that holds of it."""
        for kind, names in self.columns.items():
            for name in names.split():
                column = Column(
                    kind=kind,
                    whose=self.whose if kind is not Kind.TECHNICAL else Whose.NOBODY,
                    purpose=self.purpose if kind.is_personal else Purpose.OPERATE,
                    basis=self.basis if kind.is_personal else Basis.NONE,
                    keep=self.keep,
                    seen=self.seen,
                    export=self.export,
                    why_not=self.why_not,
                    erase=self.erase,
                    ground=self.ground,
                    model=self.model,
                    name=name,
                )
                yield replace(column, **self.but.get(name, {}))

    @property
    def is_personal(self) -> bool:
        return any(column.kind.is_personal for column in self.each())


@dataclass(frozen=True)
class FileStore(Item):
    """A folder of files. `folder` is below MEDIA_ROOT, or says in words where it is; `fields` are the models' fields."""

    folder: str = ""
    what: Promise | str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class CacheKey(Item):
    """Keys that begin with `prefix`, in the cache or in Redis."""

    prefix: str = ""
    what: Promise | str = ""
    place: str = "cache"


@dataclass(frozen=True)
class LogField(Item):
    """A field in the `extra` of a log line, or what a server writes by itself."""

    name: str = ""
    what: Promise | str = ""


Declared = Table | FileStore | CacheKey | LogField

_declared: dict[tuple[type, str], Declared] = {}


def named(thing: Declared) -> str:
    """Return what a declaration is known by among its like."""
    match thing:
        case Table():
            return thing.model
        case FileStore():
            return thing.folder
        case CacheKey():
            return thing.prefix
        case LogField():
            return thing.name


def declare(things: Iterable[Declared]) -> None:
    """Take in what an app declares; raise ValueError when another declaration of the same thing stands already."""
    for thing in things:
        key = (type(thing), named(thing))
        if _declared.setdefault(key, thing) is not thing:
            raise ValueError(f"{key[1]} is declared twice")


def _of(kind: type) -> list[Any]:
    return [thing for (found, _name), thing in _declared.items() if found is kind]


def tables() -> list[Table]:
    """Return every declared table, in the order of the apps."""
    return _of(Table)


def file_stores() -> list[FileStore]:
    return _of(FileStore)


def cache_keys() -> list[CacheKey]:
    return _of(CacheKey)


def log_fields() -> list[LogField]:
    return _of(LogField)


def columns() -> list[Column]:
    """Return every declared column of every table."""
    return [column for table in tables() for column in table.each()]
