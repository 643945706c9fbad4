"""Colleagues who are mentioned in a note, as @ and their name: whom one can mention, and who was."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.models.membership import MembershipQuerySet
from leads.models import Lead
from teams.visibility import people_who_see

MENTIONED = "lead.mentioned"
MOST_OFFERED, MOST_MENTIONED = 6, 20


def mentionable(lead: Lead, typed: str) -> MembershipQuerySet:
    """Return some people who may see `lead` and whose names have each word of `typed`."""
    each = (Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word) for word in typed.split())
    return people_who_see(lead.assigned_to_id).filter(reduce(Q.__and__, each, Q()))[:MOST_OFFERED]


def mentioned_in(text: str, lead: Lead, chosen: Collection[str]) -> list[Membership]:
    """Return who of those that may see `lead` stands in `text` as @ and their name.

    Of several people with one name only those among the `chosen` ids are meant. A name that goes on with another word of
    a longer name is that of the longer one.
    """
    if "@" not in text:
        return []
    people = list(people_who_see(lead.assigned_to_id))
    namesakes = Counter(person.name.casefold() for person in people)
    left, found = text.casefold(), []
    for person in sorted(people, key=lambda one: len(one.name), reverse=True):
        name = person.name.casefold()
        if not re.search(_pattern(name), left):
            continue
        if namesakes[name] == 1:
            left = re.sub(_pattern(name), " ", left)
        if namesakes[name] == 1 or str(person.pk) in chosen:
            found.append(person)
    return found[:MOST_MENTIONED]


def _pattern(name: str) -> str:
    return rf"(?<!\w)@{re.escape(name)}(?!\w)"


def words(member: Membership, details: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say of each notice who mentioned the member, and where if the member still sees it."""
    leads = Lead.objects.visible_to(member).in_bulk({said["lead"] for said in details})
    people = Membership.objects.filter(organisation=member.organisation_id).select_related("user")
    names = {str(person.pk): person.name for person in people.filter(pk__in={said["by"] for said in details})}
    shown = {str(pk): lead.display_name for pk, lead in leads.items()}
    return [_said(names.get(said["by"], ""), shown.get(said["lead"], "")) for said in details]


def _said(who: str, lead: str) -> str:
    if not lead:
        return _("%(who)s mentioned you in a note.") % {"who": who}
    return _("%(who)s mentioned you on %(lead)s.") % {"who": who, "lead": lead}
