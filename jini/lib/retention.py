"""The schedule of keeping: how long each kind of record is held, counted from what, and where the period comes from."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _


class Since(Enum):
    """What the days of a rule are counted from; its value says it to people."""

    CREATED = _("after it was written")
    CONTACT = _("after the last contact")
    ENDED = _("after the account or the organisation ends")
    LEFT = _("after the person leaves the organisation")
    EXPIRED = _("after it ran out or was used")
    CHANGED = _("after it was replaced or taken back")
    OVER = _("after it held last")

    def __str__(self) -> str:
        return str(self.value)


class Nature(StrEnum):
    """What a rule is about, for the comparison that the policy promises: usage data go before personal data."""

    PERSONAL = "personal"
    USAGE = "usage"
    # The policy lets these be kept longer than usage data: they protect the service, or a law wants them.
    SECURITY = "security"
    PROOF = "proof"
    # Copies on the way from one place to another; they are short for that reason alone.
    WORKING = "working"
    SETTING = "setting"


@dataclass(frozen=True)
class Rule:
    """How long one kind of record is kept. `days` of 0 means: at once when `since` happens.

    `least` and `most` bound what an admin may choose, in days; None: no bound of its own.
    `source` names where the period comes from. `sealed_days`: how long the vault keeps it after an organisation was
    erased, from the day on which the law that says so is in force.
    """

    label: Promise
    days: int
    since: Since
    nature: Nature
    source: str
    least: int | None = None
    most: int | None = None
    sealed_days: int = 0


YEAR = 365
# Digital Personal Data Protection Rules 2025, rule 8(3): a year from the processing, in force from May 2027.
ONE_YEAR = "DPDP Rules 2025, rule 8(3): at least a year from the processing, in force from May 2027"
RULE_8_3_FROM = dt.date(2027, 5, 13)
OURS = "our own figure"

SCHEDULE: dict[str, Rule] = {
    "account": Rule(_("Account of a person"), 30, Since.ENDED, Nature.PERSONAL, ONE_YEAR, sealed_days=YEAR),
    "organisation": Rule(
        _("Address and details of an organisation"), 30, Since.ENDED, Nature.PERSONAL, ONE_YEAR, sealed_days=YEAR
    ),
    "registration": Rule(
        _("GSTIN and PAN"), 30, Since.ENDED, Nature.PERSONAL, "CGST Act, section 36, keeps the GSTIN on invoices"
    ),
    "employee": Rule(_("Details of people at work"), 90, Since.LEFT, Nature.PERSONAL, ONE_YEAR, sealed_days=YEAR),
    "leads": Rule(_("Leads"), 2 * YEAR, Since.CONTACT, Nature.PERSONAL, "the organisation decides", 30, 10 * YEAR),
    "calls": Rule(_("Logs of calls and messages"), 396, Since.CREATED, Nature.PERSONAL, ONE_YEAR, 90, 3 * YEAR),
    "content": Rule(_("Texts of messages"), 180, Since.CREATED, Nature.PERSONAL, ONE_YEAR, 1, 396),
    "recordings": Rule(_("Recordings"), 90, Since.CREATED, Nature.PERSONAL, ONE_YEAR, 1, YEAR),
    "usage": Rule(_("How JiNi is used"), 90, Since.CREATED, Nature.USAGE, OURS, 1, 90),
    "usage_counts": Rule(
        _("Counts of how JiNi is used, without people"),
        761,
        Since.CREATED,
        Nature.SETTING,
        "our own figure: 25 months, so that a month can be held against the same month two years before",
        30,
        761,
    ),
    "security": Rule(
        _("Records of security and of important actions"),
        400,
        Since.CREATED,
        Nature.SECURITY,
        "DPDP Rules 2025, rule 6(1)(e): one year; CERT-In directions of 28 April 2022: 180 days",
        YEAR,
    ),
    "logs": Rule(_("Logs of the servers"), YEAR, Since.CREATED, Nature.SECURITY, "DPDP Rules 2025, rule 6(1)(e)", 180),
    "sessions": Rule(_("Sign-ins"), 7, Since.CREATED, Nature.SECURITY, OURS, 1, 7),
    "limits": Rule(_("Counters against guessing passwords"), 1, Since.CREATED, Nature.SECURITY, OURS, 1, 1),
    "secrets": Rule(_("Passwords, keys and codes"), 0, Since.CHANGED, Nature.SECURITY, OURS),
    "invitations": Rule(_("Invitations and one-time links"), 30, Since.EXPIRED, Nature.WORKING, OURS, 1, 90),
    "acceptances": Rule(
        _("Proofs of acceptance and consent"), 3 * YEAR, Since.ENDED, Nature.PROOF, "the time to bring a claim", YEAR
    ),
    "consents": Rule(
        _("Consents of leads"),
        3 * YEAR,
        Since.OVER,
        Nature.PROOF,
        "DPDP Act 2023, section 6(10): the burden of proof",
        YEAR,
    ),
    "orders": Rule(
        _("Holds that were lifted, and requests to erase that were answered"),
        3 * YEAR,
        Since.OVER,
        Nature.PROOF,
        "the time to bring a claim",
        YEAR,
    ),
    "registry": Rule(
        _("Results of the DND registry"),
        396,
        Since.CREATED,
        Nature.PROOF,
        "TCCCPR 2018; the months are our own figure",
        90,
        3 * YEAR,
    ),
    "do_not_call": Rule(
        _("Numbers that may not be called"), 0, Since.ENDED, Nature.PROOF, "TCCCPR 2018: a wish not to be called"
    ),
    "notices": Rule(_("Notices"), 90, Since.CREATED, Nature.WORKING, OURS, 1, 180),
    "imports": Rule(_("Imported files and their rows"), 30, Since.CREATED, Nature.WORKING, OURS, 1, 90),
    "exports": Rule(_("Exported files"), 3, Since.CREATED, Nature.WORKING, OURS, 1, 3),
    "posts": Rule(_("What telephone companies post"), 396, Since.CREATED, Nature.PERSONAL, ONE_YEAR, 30, 2 * YEAR),
    "jobs": Rule(_("Work in the background"), 30, Since.CREATED, Nature.WORKING, OURS, 1, 180),
    "credentials": Rule(_("Keys of telephone companies"), 0, Since.CHANGED, Nature.SECURITY, OURS),
    "figures": Rule(_("Figures of a team"), 3 * YEAR, Since.CREATED, Nature.SETTING, OURS, YEAR),
    "settings": Rule(_("Settings and lists"), 30, Since.ENDED, Nature.SETTING, OURS),
    "documents": Rule(_("Published documents"), 10 * YEAR, Since.ENDED, Nature.PROOF, "they prove what was accepted"),
    "backups": Rule(_("Backups"), 35, Since.CREATED, Nature.SECURITY, "DPDP Rules 2025, rule 6(1)(d)", 7, 90),
}

_purges: dict[str, str] = {}


def purges(rule: str, verb: str) -> None:
    """Say that `verb` (a dotted name) deletes by itself what `rule` says is due; pages then promise it."""
    if rule not in SCHEDULE:
        raise KeyError(f"There is no retention rule {rule!r}; add it to SCHEDULE in jini/lib/retention.py.")
    _purges[rule] = verb


_copies: dict[str, Callable[[], int | None]] = {}


def copied_elsewhere(rule: str, days: Callable[[], int | None]) -> None:
    """Have `days()` say for how long somebody else keeps copies of what `rule` is about, which we cannot delete there.

    It asks about the organisation of the open scope; None: nobody does.
    """
    _copies[rule] = days


def days_elsewhere(rule: str) -> int:
    """Return for how many days copies of what `rule` is about lie with others, out of our reach; 0: there are none."""
    return (rule in _copies and _copies[rule]()) or 0


def purge_of(rule: str) -> str | None:
    """Return the dotted name of what deletes by itself under `rule`, or None while nothing does."""
    return _purges.get(rule)


def longer_than_personal(schedule: dict[str, Rule]) -> list[str]:
    """Return the rules for usage data that keep longer than the shortest rule for personal records.

    The policy promises: "Usage Data is generally retained for a shorter period". Both are compared from the day the
    record was written; a personal rule that runs from the end of an account is longer in any case.
    """
    bounded = [
        rule.days
        for rule in schedule.values()
        if rule.nature is Nature.PERSONAL and rule.since in {Since.CREATED, Since.CONTACT}
    ]
    return [
        key
        for key, rule in schedule.items()
        if rule.nature is Nature.USAGE and (rule.since is not Since.CREATED or rule.days > min(bounded, default=0))
    ]


# (what hangs on a row, the row): such a row stays until the other is gone, so a shorter period would not be kept.
HANGING = (("recordings", "calls"),)


def outliving(schedule: dict[str, Rule]) -> list[tuple[str, str]]:
    """Return the pairs of `HANGING` of which the first is kept longer than what it hangs on."""
    return [(one, row) for one, row in HANGING if schedule[one].days > schedule[row].days]


_UNTIL = {
    Since.ENDED: _("until the account or the organisation ends"),
    Since.CHANGED: _("until it is replaced or taken back"),
}


def period(rule: Rule) -> str:
    """Say how long `rule` keeps, in the active language: "90 days after it was written"."""
    if rule.days == 0:
        return str(_UNTIL.get(rule.since, rule.since))
    if rule.days % YEAR == 0:
        years = rule.days // YEAR
        span = ngettext("%(number)d year", "%(number)d years", years) % {"number": years}
    else:
        span = ngettext("%(number)d day", "%(number)d days", rule.days) % {"number": rule.days}
    # Translators: "90 days" and then "after it was written"
    return gettext("%(span)s %(since)s") % {"span": span, "since": rule.since}
