"""What the search of the shell finds: leads, similar names, tags, people, pages, and what higher apps know (jini.lib.palette)."""

from collections.abc import Iterator, Sequence
from functools import reduce
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from accounts.context import RAILS, Navigation, optional_url
from accounts.middleware import MemberRequest
from accounts.models import Membership
from jini.lib.palette import Entry, Section, found_elsewhere
from jini.lib.words import phone_number
from leads.models import Lead, Status, Tag
from leads.searching import search, similar
from teams.visibility import people_seen_by, sight_of

# So many of a kind; of leads, fewer than `FEW` may have been mistyped.
MOST, MOST_OTHERS, FEW = 7, 5, 3
SHORTEST = 2


def sections(request: MemberRequest, words: str) -> list[Section]:
    """Return what `words` mean to the member, in constant queries; without words the pages where they may go."""
    if not words:
        return [Section(_("Go to"), _places(request.member))]
    member = request.member
    found = _leads(member, words) if len(words) >= SHORTEST else []
    alike = similar(member, words, besides=[lead.pk for lead in found]) if len(found) < FEW else []
    entries = _entries([*found, *alike])
    of_leads = entries[: len(found)]
    if len(found) == MOST:
        of_leads.append(_all_with(words))
    every = [
        Section(pgettext("navigation", "Leads"), of_leads),
        Section(_("Similar names"), entries[len(found) :]),
        Section(_("Tags"), _tags(words)),
        Section(_("People"), _people(member, words)),
        *found_elsewhere(member, words),
        Section(_("Go to"), [entry for entry in _pages(request) if _says(entry, words)]),
    ]
    return [section for section in every if section.entries]


def _leads(member: Membership, words: str) -> list[Lead]:
    leads = search(Lead.objects.visible_to(member), words).leads
    return list(leads.order_by("-created_at", "-pk")[:MOST])


def _entries(leads: Sequence[Lead]) -> list[Entry]:
    statuses = Status.objects.in_bulk({lead.status_id for lead in leads})
    return [_entry(lead, statuses[lead.status_id]) for lead in leads]


def _entry(lead: Lead, status: Status) -> Entry:
    more = [phone_number(lead.phone) if lead.name else "", lead.city, status.label]
    said = " · ".join(part for part in more if part)
    return Entry(lead.get_absolute_url(), "user", lead.name or phone_number(lead.phone), said, status.colour)


def _all_with(words: str) -> Entry:
    return Entry(f"{reverse('leads:list')}?{urlencode({'q': words})}", "list", _("All leads that match"))


def _tags(words: str) -> list[Entry]:
    tags = Tag.objects.filter(name__icontains=words).order_by("name")[:MOST_OTHERS]
    return [Entry(_list_of("tag", tag), "tag", tag.name) for tag in tags]


def _people(member: Membership, words: str) -> list[Entry]:
    if sight_of(member).is_own:
        return []
    each = (Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word) for word in words.split())
    people = people_seen_by(member).active().filter(reduce(Q.__and__, each))[:MOST_OTHERS]
    return [Entry(_list_of("owner", person), "users", person.name, _("their leads")) for person in people]


def _list_of(name: str, row: Tag | Membership) -> str:
    return f"{reverse('leads:list')}?{urlencode({name: row.pk})}"


def _places(member: Membership) -> list[Entry]:
    rail = [(place, optional_url(place.name)) for place in RAILS[member.role]]
    return [Entry(url, place.icon, place.label) for place, url in rail if url]


def _pages(request: MemberRequest) -> Iterator[Entry]:
    yield from _places(request.member)
    yield Entry(reverse("leads:new"), "plus", _("New lead"))
    for group, pages in Navigation(request).settings:
        yield from (Entry(page["url"], "settings", page["label"], str(group)) for page in pages)


def _says(entry: Entry, words: str) -> bool:
    """Whether the page is called so, in the language of the page or in English."""
    wanted = words.casefold()
    if wanted in str(entry.title).casefold():
        return True
    with override("en"):
        return wanted in str(entry.title).casefold()
