"""Opening a sound where its provider has it: from a byte on, along the provider's own redirects, and nowhere else."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

import requests

from dialer.providers.port import Media, MediaRefused, ProviderUnavailable, number_in

CONNECT_SECONDS, READ_SECONDS, MOST_REDIRECTS, PIECE = 10, 20, 3, 64 * 1024
PARTIAL, NOT_FOUND, UNSATISFIABLE = 206, 404, 416
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@contextmanager
def opened(url: str, offset: int, credentials: Callable[[str], Any]) -> Iterator[Media]:
    """Open the sound at `url` from byte `offset` on, or from its start where that cannot be.

    `credentials` says what to show at an address (a pair, or `nobodys`), and raises `MediaRefused` for one that is not
    the provider's. Raises `MediaRefused` and `ProviderUnavailable`.
    """
    try:
        answer = _asked(url, offset, credentials)
        if answer.status_code == UNSATISFIABLE:
            answer.close()
            answer = _asked(url, 0, credentials)
        with answer:
            yield _media(answer)
    except requests.RequestException as error:
        raise ProviderUnavailable(type(error).__name__) from error


def nobodys(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Show no credentials: a function of its own keeps the library from looking for some in the user's files."""
    return request


def _asked(url: str, offset: int, credentials: Callable[[str], Any]) -> requests.Response:
    for _ in range(MOST_REDIRECTS + 1):
        answer = requests.get(
            url,
            auth=credentials(url),
            headers={"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {}),
            allow_redirects=False,
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )
        if not answer.is_redirect:
            return answer
        answer.close()
        url = urljoin(url, answer.headers["Location"])
    raise MediaRefused("too_many_redirects")


def _media(answer: requests.Response) -> Media:
    if answer.status_code == NOT_FOUND:
        raise MediaRefused("gone")
    if not answer.ok:
        raise ProviderUnavailable(str(answer.status_code))
    offset, total = 0, number_in(answer.headers.get("Content-Length", ""), 10**12)
    if answer.status_code == PARTIAL:
        said = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if said is None:
            raise MediaRefused("no_range")
        offset, total = int(said[1]), number_in(said[2], 10**12)
    return Media(offset, total, answer.headers.get("Content-Type", ""), answer.iter_content(PIECE))
