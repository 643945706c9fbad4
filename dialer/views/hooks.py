"""Where providers tell us what happened: verified first, stored once, answered at once, believed later."""

import uuid
from collections.abc import Iterator, Mapping

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.calls import inbox, line
from dialer.calls.controls import play_digits
from dialer.models import Call
from dialer.providers.accounts import NoProvider, signer_of
from dialer.providers.port import ForgedPost, Leg, StalePost, TelephonyProvider, WebhookPost
from dialer.providers.twilio.answers import conference, goodbye, tones
from dialer.recordings.deciding import announcement

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


def post_of(request: HttpRequest) -> WebhookPost:
    # Read before the form is: a multipart form would leave nothing of it.
    body = request.body
    return WebhookPost(
        url=settings.PUBLIC_URL + request.get_full_path(),
        form=request.POST.dict(),
        headers=_Headers(request.META),
        body=body,
        received_at=timezone.now(),
    )


def signer_of_post(provider: str, organisation: str, post: WebhookPost) -> TelephonyProvider | None:
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
    post = post_of(request)
    signer = signer_of_post(provider, organisation, post)
    if signer is None:
        return HttpResponse(status=FORBIDDEN)
    for event in signer.parse(post, leg):
        inbox.keep(uuid.UUID(organisation), provider, uuid.UUID(token), event)
    return HttpResponse(status=NO_CONTENT)


@csrf_exempt
@require_POST
@login_not_required
def answer(request: HttpRequest, provider: str, organisation: str, token: str, leg: str) -> HttpResponse:
    post = post_of(request)
    if signer_of_post(provider, organisation, post) is None:
        return HttpResponse(status=FORBIDDEN)
    if leg == Leg.CUSTOMER:
        said = announcement(uuid.UUID(organisation), uuid.UUID(token))
        return HttpResponse(conference(token, said), content_type="text/xml")
    with acting_for(Organisation.objects.get(pk=organisation)):
        call = Call.objects.filter(pk=token).select_related("telecaller").first()
        is_awaited = call is not None and line.awaits(call, post.form.get("To", ""))
    return HttpResponse(conference(token) if is_awaited else goodbye(), content_type="text/xml")


@csrf_exempt
@require_POST
@login_not_required
def digits(request: HttpRequest, provider: str, organisation: str, token: str, leg: str) -> HttpResponse:
    """Give the tones of a keypad to the provider that plays them; `token` names the control that asked for them."""
    if signer_of_post(provider, organisation, post_of(request)) is None:
        return HttpResponse(status=FORBIDDEN)
    with acting_for(Organisation.objects.get(pk=organisation)):
        asked = play_digits(uuid.UUID(token))
    return HttpResponse(tones(asked), content_type="text/xml", headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_POST
@login_not_required
def recording(request: HttpRequest, provider: str, organisation: str, token: str) -> HttpResponse:
    """Keep what a provider tells of the recording of a call."""
    post = post_of(request)
    signer = signer_of_post(provider, organisation, post)
    if signer is None:
        return HttpResponse(status=FORBIDDEN)
    if signer.recorder is None:
        raise Http404
    inbox.keep(uuid.UUID(organisation), provider, uuid.UUID(token), signer.recorder.parse(post))
    return HttpResponse(status=NO_CONTENT)


@csrf_exempt
@require_POST
@login_not_required
def machine(request: HttpRequest, provider: str, organisation: str, token: str) -> HttpResponse:
    """Keep what a provider tells of who has answered."""
    post = post_of(request)
    signer = signer_of_post(provider, organisation, post)
    if signer is None:
        return HttpResponse(status=FORBIDDEN)
    if signer.machines is None:
        raise Http404
    inbox.keep(uuid.UUID(organisation), provider, uuid.UUID(token), signer.machines.parse(post))
    return HttpResponse(status=NO_CONTENT)
