"""Keeping people who were erased from coming in again, by form, program, list or call (privacy.tombstones)."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from jini.lib.ids import one_of
from leads.importing.columns import FIELDS
from leads.importing.rows import Row
from leads.models import Lead, LeadPhone
from privacy import tombstones
from privacy.tombstones import Erased

__all__ = [
    "FAULT",
    "SAID",
    "Erased",
    "count_again",
    "not_to_come_back",
    "refuse_again",
    "refuse_typed",
    "refuse_writing",
    "without_erased",
]

SAID = _("This person was erased on request and may not be taken in again.")
FAULT = "erased"
_EMAIL = FIELDS.index("email")


def refuse_typed(*, phone: str = "", email: str = "") -> None:
    """Raise ValidationError when what was typed is of somebody who was erased; it is counted."""
    if tombstones.refuse([phone], [email]):
        raise forms.ValidationError(str(SAID), code=FAULT)


def refuse_writing(*, phones: Collection[str] = (), emails: Collection[str] = ()) -> None:
    """Raise `Erased` when a lead with one of these would be somebody who was erased: for verbs, whoever calls them."""
    if tombstones.buried(phones, emails):
        raise Erased


def refuse_again(*leads: Lead, phones: Collection[str] = (), emails: Collection[str] = ()) -> None:
    """Raise `Erased` when one of the leads, numbers or addresses, which are to come back, is of somebody who was erased."""
    refuse_writing(phones={*_numbers(leads), *phones}, emails={*(lead.email for lead in leads), *emails})


def count_again(*leads: Lead, phones: Collection[str] = (), emails: Collection[str] = ()) -> None:
    """Count that these were refused: for views, since what raises writes nothing."""
    tombstones.refuse({*_numbers(leads), *phones}, {*(lead.email for lead in leads), *emails})


def not_to_come_back(before: Mapping[uuid.UUID, Collection[str]]) -> set[uuid.UUID]:
    """Return those of the leads to which nothing is given back, and count the tries; `before` are the e-mails each had.

    They are erased, are being erased, or what they were before is of somebody who was erased. Asked with the leads locked:
    an erasure that begins later finds what was given back.
    """
    leads = list(Lead.everything.filter(one_of("pk", before)).only("pk", "phone", "erased_at"))
    known = tombstones.refuse({lead.phone for lead in leads}, {email for emails in before.values() for email in emails})
    stripped = {lead.pk for lead in leads if lead.erased_at or lead.phone in known}
    return stripped | {lead for lead, emails in before.items() if not known.isdisjoint(emails)}


def _numbers(leads: Sequence[Lead]) -> set[str]:
    further = LeadPhone.objects.filter(lead__in=leads).values_list("phone", flat=True)
    return {*(lead.phone for lead in leads), *further}


def without_erased(rows: Sequence[Row], *, is_counted: bool) -> list[Row]:
    """Return the rows of a list with those of erased people as errors, and their further numbers left out."""
    phones = {phone for row in rows for phone in (row.phone, *row.others) if phone}
    emails = {row.values[_EMAIL] for row in rows if row.values[_EMAIL]}
    known = (tombstones.refuse if is_counted else tombstones.buried)(phones, emails)
    return list(_marked(rows, known)) if known else list(rows)


def _marked(rows: Sequence[Row], known: set[str]) -> Iterator[Row]:
    for row in rows:
        if row.phone in known or row.values[_EMAIL] in known:
            yield row._replace(phone="", others=(), faults=(*row.faults, ("phone", FAULT)))
        else:
            yield row._replace(others=tuple(phone for phone in row.others if phone not in known))
