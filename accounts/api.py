"""The way into the API: who asks is decided once, by the secret, and everything is done in one scope of theirs."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer
from pydantic import ConfigDict, ValidationInfo, field_validator

from accounts.models import ApiKey, Membership, Organisation
from accounts.models.bearer import Bearer, read_token
from accounts.models.invitation import digest
from accounts.tenancy import acting_for
from jini.lib.paging import Page, Row, is_lost, keyset_page

API_ROOT = "/api/v1/"
PAGE, MOST_ROWS = 50, 200
# What may show a secret, by the kind that stands in it; apps to the left of this one add theirs when they start.
bearers: dict[str, type[Bearer]] = {ApiKey.KIND: ApiKey}


class ApiRequest(HttpRequest):
    """What an operation receives: who asks, and as whom."""

    bearer: Bearer
    member: Membership
    organisation: Organisation


class Refused(Exception):
    """The API answers with `status` and says why: a `code` for programs, a `message`, and what is wrong with which field."""

    def __init__(
        self, status: int, code: str, message: str, *, fields: Mapping[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.content = {"code": code, "message": message, "fields": dict(fields or {}), **more}


def refusal(status: int, code: str, message: str, **more: Any) -> JsonResponse:
    """Return the answer that `Refused` stands for."""
    return JsonResponse(Refused(status, code, message, **more).content, status=status)


class ByKey(HttpBearer):
    """An operation that programs ask with an API key."""

    kind: ClassVar[str] = ApiKey.KIND

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        """Return whose secret it is; `ApiMiddleware` has looked already."""
        bearer: Bearer | None = getattr(request, "bearer", None)
        return bearer if bearer is not None and self.kind == bearer.KIND else None


class ApiMiddleware:
    """Answers what stands under /api/v1/ by the operations of `API_URLCONF` alone.

    No session, no cookie and no form: only the secret in `Authorization: Bearer` says who asks. The operation runs in
    the scope of its organisation, which is one transaction; whatever is answered with 400 and above has written nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API_ROOT):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            try:
                found = resolve(request.path_info, settings.API_URLCONF)
            except Http404:
                return refusal(404, "not_found", _("There is nothing at this address."))
            response = _answer(request, lambda: found.func(request, *found.args, **found.kwargs))
            if response.status_code == 405:
                allowed = response.headers["Allow"]
                response = refusal(405, "wrong_method", _("Use one of: %(methods)s") % {"methods": allowed})
                response.headers["Allow"] = allowed
        response.headers["Cache-Control"] = "no-store"
        return response


def _answer(request: HttpRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    scheme, __, token = request.headers.get("Authorization", "").partition(" ")
    bearer, may_go_on = _bearer_of(token.strip()) if scheme.lower() == "bearer" else (None, True)
    if bearer is None:
        # What needs no secret is answered; everything else refuses by itself.
        return run()
    if not may_go_on:
        response = refusal(429, "too_many_requests", _("Too many requests in this minute. Try again later."))
        response.headers["Retry-After"] = str(round(bearer.waits().total_seconds()))
        return response
    organisation = bearer.member.organisation
    with acting_for(organisation), timezone.override(organisation.zone):
        request.bearer, request.member = bearer, bearer.member  # type: ignore[attr-defined]
        request.organisation = organisation  # type: ignore[attr-defined]
        answered = run()
        if answered.status_code >= 400:
            transaction.set_rollback(True)
    # What is noted of a refusal outlives it.
    if note := getattr(request, "note_refusal", None):
        with acting_for(organisation):
            note()
    return answered


def _bearer_of(token: str) -> tuple[Bearer | None, bool]:
    """Return whose secret it is, and whether it may be used now; the use is noted in a transaction of its own."""
    named = read_token(token)
    model = bearers.get(named[0]) if named else None
    organisation = organisation_named(named[1]) if named else None
    if model is None or organisation is None:
        return None, False
    with acting_for(organisation):
        found = model.objects.usable().filter(token_digest=digest(token))
        bearer: Bearer | None = found.select_related("member__user", "member__organisation").first()
        return bearer, bearer is not None and bearer.use()


def organisation_named(organisation_id: uuid.UUID) -> Organisation | None:
    """Return the organisation that a secret names, as long as it is active; whoever asks is not known yet."""
    return Organisation.objects.filter(pk=organisation_id, state=Organisation.State.ACTIVE).first()


def explain_errors(api: NinjaAPI) -> None:
    """Let `api` answer every error as JSON that names the field and the reason."""

    def answer(error: type[Exception], make: Callable[[Any], HttpResponse]) -> None:
        api.add_exception_handler(error, lambda _request, raised: make(raised))

    answer(Refused, lambda raised: JsonResponse(raised.content, status=raised.status))
    answer(Http404, lambda _raised: refusal(404, "not_found", _("There is no such thing, or it is not yours to see.")))
    answer(PermissionDenied, lambda _raised: refusal(403, "not_allowed", _("The role of this key may not do that.")))
    answer(ValidationError, _invalid)
    answer(SuspiciousOperation, lambda _raised: refusal(413, "too_large", _("The request is too large.")))
    answer(HttpError, _http_error)


def _invalid(raised: ValidationError) -> HttpResponse:
    # ("body", "lead", "due_at") → "due_at": where the value came from is no field of the caller's.
    fields = {".".join(map(str, error["loc"][2:] or error["loc"][1:])): [error["msg"]] for error in raised.errors}
    return refusal(422, "invalid", _("Some fields are wrong."), fields=fields)


def _http_error(raised: HttpError) -> HttpResponse:
    if raised.status_code == 401:
        response = refusal(401, "no_key", _("Send a valid key as “Authorization: Bearer …”; it may have been revoked."))
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    return refusal(raised.status_code, "unreadable", _("The body is not valid JSON."))


def _text(value: Any) -> Any:
    """Refuse what no database column can hold: a NUL, or half of a pair of UTF-16."""
    if isinstance(value, str):
        if not value.isprintable() and ("\0" in value or not _is_encodable(value)):
            raise ValueError("has characters that no text has")
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            if isinstance(part, str | dict | list):
                _text(part)
    return value


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


class Sent(Schema):
    """A JSON object of a request; a field that there is not is refused by its name."""

    model_config = ConfigDict(extra="forbid")
    # Fields whose values are read one by one later.
    RAW: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _readable(cls, value: Any, info: ValidationInfo) -> Any:
        return value if info.field_name in cls.RAW else _text(value)


def read_page(request: HttpRequest, rows: "QuerySet[Row]", *, by: str) -> Page[Row]:
    """Return the page of a list that is asked for by `limit` and a cursor (`keyset_page`); refuse what cannot be read."""
    if is_lost(request, rows, by=by):
        wrong = {way: ["is no place in this list"] for way in ("older", "newer") if way in request.GET}
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=wrong)
    return keyset_page(request, rows, by=by, size=page_size(request.GET))


def refuse_query(unknown: Iterable[str], unfit: Iterable[str]) -> None:
    """Refuse filters that there are not, and values that do not fit: a program would take all rows for what it asked for."""
    wrong = {name: ["there is no such filter"] for name in unknown} | {name: ["does not fit"] for name in unfit}
    if wrong:
        raise Refused(422, "invalid", _("Some fields are wrong."), fields=wrong)


def page_of(page: Page[Any], items: Sequence[Any]) -> dict[str, Any]:
    """Return a page of a list: its items, and where the ones after and before them are."""
    return {"items": items, "next": page.older_url or None, "previous": page.newer_url or None}


def page_size(query: Mapping[str, str]) -> int:
    """Return how many rows of a list are asked for by `limit`."""
    text = query.get("limit", str(PAGE))
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) <= MOST_ROWS):
        raise Refused(422, "invalid", _("Some fields are wrong."), fields={"limit": [f"1 to {MOST_ROWS}"]})
    return int(text)
