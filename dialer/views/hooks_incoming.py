"""Where providers ask what to do with somebody who calls us, and tell that they are gone or left a message."""

import uuid
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.tenancy import acting_for
from dialer.incoming import arriving
from dialer.providers.port import WebhookPost
from dialer.providers.port.incoming import Incoming, Reply
from dialer.views.hooks import FORBIDDEN, NO_CONTENT, post_of, signer_of_post


def _answered(
    request: HttpRequest,
    provider: str,
    organisation_id: str,
    act: Callable[[Organisation, Incoming, WebhookPost], Reply | None],
) -> HttpResponse:
    """Let `act` answer a post whose signature fits, in the scope of its organisation."""
    post = post_of(request)
    signer = signer_of_post(provider, organisation_id, post)
    if signer is None:
        return HttpResponse(status=FORBIDDEN)
    if signer.incoming is None:
        raise Http404
    organisation = Organisation.objects.get(pk=organisation_id)
    with acting_for(organisation):
        reply = act(organisation, signer.incoming, post)
    if reply is None:
        return HttpResponse(status=NO_CONTENT)
    return HttpResponse(reply.body, content_type=reply.content_type)


@csrf_exempt
@require_POST
@login_not_required
def arrived(request: HttpRequest, provider: str, organisation: str) -> HttpResponse:
    """Take a call that comes in; asked again, the provider is told the same for as long as nothing has changed."""

    def act(of: Organisation, incoming: Incoming, post: WebhookPost) -> Reply:
        call = arriving.hear(of, provider, incoming.read(post))
        return incoming.hang_up() if call is None else arriving.reply(call.pk, incoming)

    return _answered(request, provider, organisation, act)


@csrf_exempt
@require_POST
@login_not_required
def over(request: HttpRequest, provider: str, organisation: str) -> HttpResponse:
    def act(of: Organisation, incoming: Incoming, post: WebhookPost) -> None:
        arrival = incoming.read(post)
        # A number's address for the end may be told of the beginning as well.
        if arrival.has_ended:
            arriving.hear(of, provider, arrival)

    return _answered(request, provider, organisation, act)


@csrf_exempt
@require_POST
@login_not_required
def voicemail(request: HttpRequest, provider: str, organisation: str, token: str) -> HttpResponse:
    def act(_of: Organisation, incoming: Incoming, _post: WebhookPost) -> Reply:
        return arriving.reply(uuid.UUID(token), incoming)

    return _answered(request, provider, organisation, act)


@csrf_exempt
@require_POST
@login_not_required
def message(request: HttpRequest, provider: str, organisation: str, token: str) -> HttpResponse:
    def act(_of: Organisation, incoming: Incoming, post: WebhookPost) -> Reply:
        arriving.keep_message(uuid.UUID(token), incoming.read_message(post))
        return incoming.hang_up()

    return _answered(request, provider, organisation, act)


@csrf_exempt
@require_POST
@login_not_required
def joining(request: HttpRequest, provider: str, organisation: str, token: str) -> HttpResponse:
    """Say what is done with a member who picked up; `token` is that of the ring."""

    def act(_of: Organisation, incoming: Incoming, _post: WebhookPost) -> Reply:
        return arriving.joining(uuid.UUID(token), incoming)

    return _answered(request, provider, organisation, act)
