"""Where providers tell us what happened: verified first, stored once, answered at once, believed later."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.calls import inbox
from dialer.models import TelephonyAccount
from dialer.providers.accounts import NoProvider, provider_of
from dialer.providers.port import ForgedPost, Leg, StalePost, TelephonyProvider, WebhookPost
from dialer.providers.twilio import conference

FORBIDDEN, NO_CONTENT = 403, 204


def _verified(
    request: HttpRequest,
    organisation: Organisation,
    provider: str,
    then: Callable[[TelephonyProvider, WebhookPost], HttpResponse],
) -> HttpResponse:
    """Answer with `then`, in the scope of the account whose provider signed the post; 403 when nobody did."""
    # Read before the form is: a multipart form would leave nothing of it.
    body = request.body
    post = WebhookPost(
        url=settings.PUBLIC_URL + request.get_full_path(),
        form=request.POST.dict(),
        headers=request.headers,
        body=body,
        received_at=timezone.now(),
    )
    with acting_for(organisation):
        account = TelephonyAccount.objects.filter(provider=provider).first()
        if account is None:
            raise Http404
        try:
            adapter = provider_of(account, organisation)
            adapter.verify(post)
        except NoProvider as error:
            raise Http404 from error
        except (ForgedPost, StalePost):
            return HttpResponse(status=FORBIDDEN)
        return then(adapter, post)


# A provider has no session and no token of ours: its signature is checked in their place.
@csrf_exempt
@require_POST
@login_not_required
def status(request: HttpRequest, provider: str, organisation: str, token: str, leg: str) -> HttpResponse:
    found = get_object_or_404(Organisation, pk=organisation)

    def keep(adapter: TelephonyProvider, post: WebhookPost) -> HttpResponse:
        inbox.keep(provider, uuid.UUID(token), adapter.parse(post, Leg(leg)))
        return HttpResponse(status=NO_CONTENT)

    return _verified(request, found, provider, keep)


@csrf_exempt
@require_POST
@login_not_required
def answer(request: HttpRequest, provider: str, organisation: str, token: str, leg: str) -> HttpResponse:
    found = get_object_or_404(Organisation, pk=organisation)
    room = HttpResponse(conference(token), content_type="text/xml")
    return _verified(request, found, provider, lambda _adapter, _post: room)
