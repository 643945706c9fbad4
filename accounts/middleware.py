"""Decides the organisation of a request once, and wraps the request in its one scope and transaction."""

import functools
from collections.abc import Callable
from contextlib import ExitStack, suppress

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.models import Membership, Organisation, User
from accounts.models.membership import MembershipQuerySet
from accounts.tenancy import acting_for
from jini.lib import acceptance, choices

SESSION_KEY = "organisation"


class MemberRequest(HttpRequest):
    """What a view receives from a signed-in member: `member` and `organisation` are set.

    `other_places` are the memberships of the same person in other organisations.
    """

    user: User
    member: Membership
    organisation: Organisation
    other_places: list[Membership]


class OrganisationMiddleware:
    """Sets `request.member` and `request.organisation`; both None for who is signed out or belongs nowhere.

    A request of a member runs in the scope of the organisation, which is one transaction. Inside it the view has a
    savepoint of its own: an exception undoes what the view wrote, and the page that explains it can still be read
    from the same scope. An answer of 500 and above rolls everything back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        member = self._member(request)
        request.member = member  # type: ignore[attr-defined]
        request.organisation = member.organisation if member else None  # type: ignore[attr-defined]
        if member is None:
            return self.get_response(request)
        with acting_for(member.organisation), timezone.override(member.organisation.zone):
            with ExitStack() as writes:
                writes.enter_context(transaction.atomic())
                request.writes = writes  # type: ignore[attr-defined]
                response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Undo what a failing view wrote: Django turns the exception into an answer before it could reach the scope."""
        writes: ExitStack | None = getattr(request, "writes", None)
        if writes is not None:
            view, request.writes = writes.pop_all(), None  # type: ignore[attr-defined]
            # The savepoint sees the exception, rolls back and lets it pass: the caller goes on with it.
            with suppress(type(exception)):
                view.__exit__(type(exception), exception, exception.__traceback__)

    @staticmethod
    def _member(request: HttpRequest) -> Membership | None:
        if not request.user.is_authenticated:
            return None
        # The person is known by now; a join would read all of their columns a second time.
        places = list(_places().filter(user=request.user.pk).order_by("created_at", "id"))
        chosen = request.session.get(SESSION_KEY)
        member = next((place for place in places if str(place.organisation_id) == chosen), next(iter(places), None))
        if member is not None:
            member.user = request.user
            # Where else they work stands in the menu of every page.
            request.other_places = [place for place in places if place != member]  # type: ignore[attr-defined]
        return member


@functools.cache
def _places() -> MembershipQuerySet:
    """Return where somebody may work, never evaluated itself: it is the same for everybody, and is put together once."""
    places = Membership.objects.active().select_related("organisation")
    # Asked with the membership, so that no page pays a query for it.
    return places.annotate(**acceptance.debt(), **choices.usage_choice())


class LanguageMiddleware:
    """Shows every page in the language of the person, and before sign-in in that of the cookie or the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            language = request.user.language
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)
