"""Where providers tell us what happened: verified first, stored once, answered at once, believed later."""

import uuid
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dialer.calls import inbox
from dialer.providers.accounts import NoProvider, signer_of
from dialer.providers.port import ForgedPost, Leg, StalePost, TelephonyProvider, WebhookPost
from dialer.providers.twilio import conference

FORBIDDEN, NO_CONTENT = 403, 204


class _Headers(Mapping[str, str]):
    """The headers of a request, of which two are read; Django's own are all made at once."""

    def __init__(self, meta: Mapping[str, str]) -> None:
        self.meta = meta

    def __getitem__(self, name: str) -> str:
        return self.meta[f"HTTP_{name.upper().replace('-', '_')}"]

    def __iter__(self) -> Iterator[str]:
        return (name[5:].replace("_", "-").title() for name in self.meta if name.startswith("HTTP_"))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _post_of(request: HttpRequest) -> WebhookPost:
    # Read before the form is: a multipart form would leave nothing of it.
    body = request.body
    return WebhookPost(
        url=settings.PUBLIC_URL + request.get_full_path(),
        form=request.POST.dict(),
        headers=_Headers(request.META),
        body=body,
        received_at=timezone.now(),
    )


def _signer(provider: str, organisation: str, post: WebhookPost) -> TelephonyProvider | None:
    """Return the provider that signed `post`; None when nobody did."""
    try:
        return signer_of(provider, uuid.UUID(organisation), post)
    except NoProvider as error:
        raise Http404 from error
    except (ForgedPost, StalePost):
        return None


# A provider has no session and no token of ours: its signature is checked in their place.
@csrf_exempt
@require_POST
@login_not_required
def status(request: HttpRequest, provider: str, organisation: str, token: str, leg: str) -> HttpResponse:
    post = _post_of(request)
    signer = _signer(provider, organisation, post)
    if signer is None:
        return HttpResponse(status=FORBIDDEN)
    inbox.keep(uuid.UUID(organisation), provider, uuid.UUID(token), signer.parse(post, Leg(leg)))
    return HttpResponse(status=NO_CONTENT)


@csrf_exempt
@require_POST
@login_not_required
def answer(request: HttpRequest, provider: str, organisation: str, token: str, leg: str) -> HttpResponse:
    if _signer(provider, organisation, _post_of(request)) is None:
        return HttpResponse(status=FORBIDDEN)
    return HttpResponse(conference(token), content_type="text/xml")
