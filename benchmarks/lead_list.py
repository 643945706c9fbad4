"""The lead list through the web server at eight clients, in an organisation with most of the leads of the database.

The limit is the same template, middleware and server with rows that were read once. Measured are the first page, a
filtered one, two narrowed by custom fields (a choice that a tenth of the leads have, a text that one in a thousand has), a
search, and a page nine tenths down.
"""

import base64
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from accounts.models import Organisation
from accounts.tenancy import acting_for
from benchmarks import data
from benchmarks.databases import connect
from benchmarks.measuring import Figures, Sample, figures, in_turns, say
from benchmarks.web import Ask, cookie_of, get, hammer, server
from leads.models import CustomField, Lead, Status

SIZE = 1_000_000
# For each lead of the organisation a fifth more belong to others.
OTHERS, OTHER_ORGANISATIONS = 0.2, 20
CLIENTS = 8
ROUND_SECONDS = float(os.environ.get("SECONDS") or 5)


def run(rows: int) -> Figures:
    organisation = data.found("Large list")
    others = data.shares(round(rows * OTHERS), OTHER_ORGANISATIONS, 0.3)
    with closing(connect()) as connection:
        say(f"loading {rows:,} leads, and {sum(others):,} of others")
        data.load_leads(connection, organisation, rows)
        for number, count in enumerate(others):
            if count:
                data.load_leads(connection, data.found(f"Other {number}"), count)
        _answer(connection, organisation)
        data.settle(connection, "leads_lead")
    with acting_for(organisation):
        member = organisation.memberships.select_related("user").get()
        deep = Lead.objects.order_by("-created_at", "-pk")[rows * 9 // 10]
        interested = Status.objects.get(name="Interested")
    cursor = base64.urlsafe_b64encode(json.dumps([deep.created_at.isoformat(), str(deep.pk)]).encode()).decode()
    pages = {
        "first": "",
        "filtered": urlencode({"status": interested.pk, "attempts_max": 3}),
        "choice": urlencode({"f1": "7"}),
        "text": urlencode({"f2": "Policy 77"}),
        "search": urlencode({"q": "kavita rao"}),
        "digits": urlencode({"q": deep.phone[-6:]}),
        "deep": urlencode({"older": cursor.rstrip("=")}),
    }
    headers = cookie_of(member)
    with ExitStack() as stack:
        address, floor = stack.enter_context(server()), stack.enter_context(server("benchmarks.floor_settings"))
        cases = {name: _measure(name, query, rows, address, floor, headers) for name, query in pages.items()}
    first = cases.pop("first")
    goals = {
        "ratio >= 0.6": min(first.ratio, *(case.ratio for case in cases.values())) >= 0.6,
        "p95 <= 100 ms": max(first.p95_ms, *(case.p95_ms for case in cases.values())) <= 100,
        "deep page as the first, within 20 %": cases["deep"].p50_ms <= 1.2 * first.p50_ms,
    }
    return replace(first, cases=cases, goals=goals)


def _answer(connection: Any, organisation: Organisation) -> None:
    """Give every lead of `organisation` an answer to a choice of ten and to a text with a thousand values."""
    with acting_for(organisation):
        choices = [{"key": str(key), "name": f"Choice {key}", "name_hi": "", "is_active": True} for key in range(1, 11)]
        CustomField.objects.create(name="Plan", number=1, kind=CustomField.Kind.CHOICE, choices=choices)
        CustomField.objects.create(name="Policy", number=2, kind=CustomField.Kind.TEXT)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET custom = jsonb_build_object('f1', (1 + abs(hashtext(phone)) %% 10)::text,"
            " 'f2', 'Policy ' || abs(hashtext(id::text)) %% 1000) WHERE organisation_id = %s",
            [organisation.pk],
        )
    connection.commit()


def _measure(name: str, query: str, rows: int, address: str, floor: str, headers: dict[str, str]) -> Figures:
    def asks(path: str) -> Iterator[Ask]:
        return itertools.repeat(get(path, headers))

    def product() -> Sample:
        return hammer(address, lambda number: asks(f"/leads/?{query}"), clients=CLIENTS, seconds=ROUND_SECONDS)

    def limit() -> Sample:
        return hammer(floor, lambda number: asks("/leads/"), clients=CLIENTS, seconds=ROUND_SECONDS)

    product()
    limit()
    found = figures(rows, "pages/s", *in_turns(product, limit))
    say(f"{name}: {found.value:.0f}/s of {found.limit:.0f} ({found.ratio:.2f}), p95 {found.p95_ms:.0f} ms")
    return found
