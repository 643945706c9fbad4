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

View = Callable[..., HttpResponse]


def polled(view: View) -> View:
    """Answer 204, on which htmx replaces nothing, when the part that `view` draws is what is shown already.

    The part says `hx-get="<url>?shown="` with `hx-trigger="every 2s"`; the mark of what it shows is put in here.
    """

    @functools.wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method != "GET" or not wants_fragment(request):
            return response
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response.add_post_render_callback(functools.partial(_marked, request))
            return response
        return _marked(request, response)

    return answer


def _marked(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code != 200:
        return response
    text = response.content.decode()
    mark = hashlib.blake2b(TOKEN.sub(r"\1", text).encode(), digest_size=8).hexdigest()
    if request.GET.get("shown") == mark:
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    response.content = text.replace(f'{SHOWN}"', f'{SHOWN}{mark}"').encode()
    return response
