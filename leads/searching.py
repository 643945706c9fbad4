"""Search in names, e-mail addresses, cities and numbers, in milliseconds over a million leads (ADR 8)."""

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Lookup, Q

from accounts.models import Membership
from accounts.tenancy import current_organisation
from jini.lib.ids import OneOf
from jini.lib.phone import read_phone
from leads.models import Lead, LeadPhone
from teams.visibility import sight_of

# Up to so many leads the search names them; more are found on the way, when a list is read in its order.
MOST_NAMED = 2_000
# Of what very many have, no more are counted: each costs looking at those between that do not have it.
COMMON_CAP = 1_000
MOST_WORDS = 8
MOST_SIMILAR = 8

_SEARCH = "SELECT cardinality(found), found::text FROM leads_search_words(%s, %s, %s) AS found"


class _HasWords(Lookup):
    """`text` has all the words.

    COALESCE changes nothing; the planner makes of it "every other row", which lets it read the list in its order until
    the page is full. Of LIKE it would guess that nothing matches, and read and sort the whole table.
    """

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, parameters = self.process_lhs(compiler, connection)
        likes = " AND ".join(
            f"({left} LIKE leads_search_pattern(%s) OR {left} LIKE leads_search_sound(%s))" for _ in self.rhs
        )
        every = tuple(value for word in self.rhs for value in (*parameters, word, *parameters, word))
        return f"COALESCE({likes or 'true'}, false)", every


@dataclass(frozen=True)
class Search:
    """`leads` narrowed to what was searched for.

    `is_common`: they are not named, since many match. `count`: how many of the organisation match, the bin left out, up
    to one more than `MOST_NAMED`; None when that was not found out.
    """

    leads: Any
    is_common: bool
    count: int | None


def search(leads: Any, text: str) -> Search:
    """Narrow `leads` to those that have every word of `text` in their name, e-mail, city or number.

    A word of letters is also found as it sounds in the other script: शर्मा finds Sharma, and sharma शर्मा. Digits in any
    script, with spaces and signs between, are one run of digits in the number, or the end of it when there are one or two.
    A word of one or two letters begins a word. A text without letters and digits finds nothing.
    """
    words = words_of(text)
    if not words and text.strip("\0 "):
        return Search(leads.none(), is_common=False, count=0)
    count, ids = _named(words)
    if count is not None and count <= MOST_NAMED:
        return Search(leads.filter(OneOf(F("pk"), ids)), is_common=False, count=count)
    found = Q(_HasWords(F("search_text"), words))
    if len(words) == 1 and re.fullmatch(r"[0-9]{3,}", words[0]):
        found |= Q(pk__in=LeadPhone.objects.filter(phone__contains=words[0]).values("lead"))
    return Search(leads.filter(found), is_common=True, count=count)


def words_of(text: str) -> list[str]:
    """Return the words to search for; one of digits only when `text` is a number or a part of one."""
    digits = "".join(str(int(character)) for character in text if character.isdecimal())
    if digits and re.fullmatch(r"[\d\s+().,/-]+", text):
        whole = read_phone(text).numbers
        # "0" before a number dialled at home; a shorter run may well begin with one.
        return [whole[0][1:] if whole else digits.lstrip("0") if len(digits) > 10 else digits]
    # What has no letter and no digit is no word: nothing is named so, and looking for it reads every lead.
    return [word for word in text.replace("\0", "").split() if any(map(str.isalnum, word))][:MOST_WORDS]


def _named(words: list[str]) -> tuple[int | None, str | None]:
    """How many leads match and their ids as PostgreSQL writes an array; None and None when it did not look for all."""
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH, [current_organisation().pk, words, MOST_NAMED])
        return cursor.fetchone() or (None, None)


def similar(
    member: Membership, text: str, *, besides: Collection[uuid.UUID] = (), most: int = MOST_SIMILAR
) -> list[Lead]:
    """Return leads that `member` may see whose words resemble those of `text`, the most alike first.

    One wrong letter in a word is forgiven, and a spelling that sounds the same.
    """
    words, sight = words_of(text), sight_of(member)
    if not any(len(word) > 1 and not word.isdecimal() for word in words):
        return []
    people = None if sight.people is None else sorted(sight.people)
    wanted: list[Any] = [current_organisation().pk, words, people, sight.unowned, most + len(besides)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(leads_similar(%s, %s, %s::uuid[], %s, %s))", wanted)
        ids = [row[0] for row in cursor.fetchall() if row[0] not in besides]
    found = Lead.objects.visible_to(member).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found][:most]
