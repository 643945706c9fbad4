"""Whether somebody typed the number of a lead that is there already."""

from dataclasses import dataclass

from accounts.models import Membership
from jini.lib.phone import read_phone
from leads.models import Lead, LeadPhone

LONGEST = 60


@dataclass(frozen=True)
class Known:
    """A lead that has the number. `lead` is None when the member may not see it.

    `is_further`: the number is a further one of the lead, which does not keep another lead from having it.
    """

    lead: Lead | None
    is_further: bool


def known_by(text: str, member: Membership) -> Known | None:
    """Return what is known of the first number in `text`; None when no lead has it, or when it is no number yet."""
    if not (numbers := read_phone(text[:LONGEST]).numbers):
        return None
    # Two questions, each with an index of its own: in one, every lead would be looked at.
    having = Lead.objects.filter(phone=numbers[0]).first() or _with_further(numbers[0])
    if having is None:
        return None
    visible = Lead.objects.visible_to(member).filter(pk=having.pk).first()
    return Known(visible, is_further=having.phone != numbers[0])


def _with_further(number: str) -> Lead | None:
    phone = LeadPhone.objects.filter(phone=number, lead__deleted_at=None).select_related("lead").first()
    return phone.lead if phone else None
