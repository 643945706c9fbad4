"""Web Push: the installation's keys, the services that are trusted, and sending one message."""

import base64
import functools
import json
from enum import Enum
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

# The services of the browsers. An address comes from the browser, that is from anybody, so no other host is asked.
SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)
GONE = {404, 410}
TIMEOUT_SECONDS = 10
# A reminder that could not be shown for so long is no use any more.
KEPT_SECONDS = 15 * 60


class Answer(Enum):
    """What a push service said."""

    TAKEN = "taken"
    GONE = "gone"
    FAILED = "failed"


def public_key() -> str:
    """Return the key that browsers subscribe with; empty when the installation has none, and push is not offered."""
    return _public_key_of(settings.VAPID_PRIVATE_KEY) if settings.VAPID_PRIVATE_KEY else ""


@functools.cache
def _public_key_of(private_key: str) -> str:
    key: ec.EllipticCurvePublicKey = Vapid02.from_string(private_key).public_key
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def is_trusted(endpoint: str) -> bool:
    """Whether the address is one of a push service, over https."""
    try:
        parts = urlsplit(endpoint)
        is_plain = parts.port in {None, 443} and parts.username is None and parts.password is None
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    is_known = any(host == service or host.endswith(f".{service}") for service in SERVICES)
    return parts.scheme == "https" and is_plain and is_known


def is_key(text: str, length: int) -> bool:
    """Whether `text` is base64 of so many bytes, as browsers hand their keys out."""
    try:
        return len(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) == length
    except ValueError:
        return False


def send(endpoint: str, keys: dict[str, str], message: dict[str, str]) -> Answer:
    """Send one message, encrypted for the browser; to be called outside of every transaction."""
    if not is_trusted(endpoint):
        return Answer.GONE
    with requests.Session() as session:
        # A push service answers by itself; what it might lead on to is nowhere to go.
        session.max_redirects = 0
        try:
            webpush(
                {"endpoint": endpoint, "keys": keys},
                data=json.dumps(message),
                vapid_private_key=settings.VAPID_PRIVATE_KEY,
                vapid_claims={"sub": f"mailto:{settings.CONTACT_EMAIL}"},
                ttl=KEPT_SECONDS,
                timeout=TIMEOUT_SECONDS,
                requests_session=session,
            )
        except WebPushException as refused:
            status = getattr(refused.response, "status_code", None)
            return Answer.GONE if status in GONE else Answer.FAILED
        except (requests.RequestException, ValueError):
            return Answer.FAILED
    return Answer.TAKEN
