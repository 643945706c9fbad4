"""The board of the pipeline."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import fragment
from jini.lib.paging import keyset_page
from leads.board import BY, CARDS, Column, cards_of, columns, heads, in_column, statuses
from leads.filter_form import kept
from leads.filters import Found, find
from leads.models import Status, StatusReason
from leads.ordering import Order, without


@require_safe
@requires(Permission.LEAD_VIEW)
def board(request: MemberRequest) -> HttpResponse:
    """All columns; on a phone one of them, `?column=` or the first."""
    found, of = find(request.member, request.GET), statuses()
    shown = next((status for status in of if str(status.pk) == request.GET.get("column")), of[0] if of else None)
    context = _frame(request, found) | {"columns": columns(found, of), "shown": shown}
    return fragment(request, "leads/board.html", "board", context)


@require_safe
@requires(Permission.LEAD_VIEW)
def column(request: MemberRequest, status: uuid.UUID) -> HttpResponse:
    """The next cards of one column: for the board a fragment to put below, by itself a page of one column."""
    chosen = get_object_or_404(Status, pk=status)
    found = find(request.member, without(request.GET))
    page = keyset_page(request, in_column(found, chosen), by=BY, size=CARDS)
    [head] = heads(found, [chosen])
    cards = cards_of(page.rows)
    context = _frame(request, found) | {
        "columns": [Column(head.status, head.count, head.worth, cards)],
        "cards": cards,
        "shown": chosen,
        "page": page,
    }
    return fragment(request, "leads/board.html", "more", context)


def _frame(request: MemberRequest, found: Found) -> dict[str, Any]:
    rest = without(request.GET)
    return {
        "q": found.words,
        "chips": [(chip.text, without(request.GET, chip.name).urlencode()) for chip in found.chips],
        "kept": kept(request.GET, found.chips),
        "query": rest.urlencode(),
        "view": Order.asked(request.GET).view(request.GET),
        "choices": statuses(),
        "reasons": StatusReason.objects.in_order(),
        "may_move": request.member.may(Permission.LEAD_EDIT),
    }
