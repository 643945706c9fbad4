"""The address that Exotel posts to: it signs nothing, so the address itself carries what only we can have made.

Not the secret stands there but a key made of it for this one address: whoever reads it in a log may tell lies about one
call, and about no other.
"""

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

NAME = "key"


def signed(url: str, secret: str) -> str:
    """Return `url` with its key."""
    return f"{url}?{NAME}={_key(url, secret)}"


def is_signed(url: str, secrets: Sequence[str]) -> bool:
    """Whether `url` carries the key that one of `secrets` makes for it; how long it takes tells nothing of the key."""
    given = parse_qs(urlsplit(url).query).get(NAME, [""])[0].encode()
    return any(hmac.compare_digest(_key(url, secret).encode(), given) for secret in secrets if secret)


def _key(url: str, secret: str) -> str:
    return hmac.new(secret.encode(), urlsplit(url).path.encode(), hashlib.sha256).hexdigest()
