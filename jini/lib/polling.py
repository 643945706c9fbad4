"""Parts of a page that ask for themselves again and again, and are replaced only when something changed.

What is replaced is lost for a finger on its way to a button, for the focus and for what was typed, and a screen reader
reads it out once more.
"""

import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from jini.lib.fragments import wants_fragment

# It is masked anew in every answer.
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*"')
SHOWN = "?shown="
BETWEEN = "_"

View = Callable[..., HttpResponse]


def polled_by(state_of: Callable[..., str]) -> Callable[[View], View]:
    """Answer 204, on which htmx replaces nothing, when the part that the view draws is what is shown already.

    The part says `hx-get="<url>?shown="` with `hx-trigger="every 2s"`; the mark of what it shows is put in here.
    `state_of`, asked like the view, says in short from what the part would be drawn: while that is the same, it is not
    drawn to find out. Where it does not know, it says "".
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "GET" or not wants_fragment(request):
                return view(request, *args, **kwargs)
            # Asked before the part is drawn: what changes in between lets it be drawn once more.
            state = state_of(request, *args, **kwargs)
            if state and _shown(request)[0] == state:
                return _nothing_new()
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.add_post_render_callback(functools.partial(_marked, request, state))
                return response
            return _marked(request, state, response)

        return answer

    return decorate


def _unknown(*_: Any, **__: Any) -> str:
    return ""


# For a part of which nothing but itself says whether it changed.
polled = polled_by(_unknown)


def _shown(request: HttpRequest) -> tuple[str, str]:
    """The state and the digest of what the browser shows."""
    state, _, drawn = request.GET.get("shown", "").partition(BETWEEN)
    return state, drawn


def _nothing_new() -> HttpResponse:
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def _marked(request: HttpRequest, state: str, response: HttpResponse) -> HttpResponse:
    if response.status_code != 200:
        return response
    text = response.content.decode()
    drawn = hashlib.blake2b(TOKEN.sub(r"\1", text).encode(), digest_size=8).hexdigest()
    if _shown(request)[1] == drawn:
        return _nothing_new()
    response.content = text.replace(f'{SHOWN}"', f'{SHOWN}{state}{BETWEEN}{drawn}"').encode()
    return response
