"""The search of the shell: in a dialog over every page, and as a page of its own."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.forms import typed
from jini.lib.fragments import fragment
from leads.filters import LONGEST_SEARCH
from leads.palette import sections


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_VIEW)
def search(request: MemberRequest) -> HttpResponse:
    """Words come by POST, since names and numbers do not belong in an address."""
    words = typed(request.POST.get("words", ""), longest=LONGEST_SEARCH).strip()
    found = sections(request, words)
    count = sum(len(section.entries) for section in found)
    context = {"words": words, "sections": found, "count": count}
    return fragment(request, "leads/search.html", "found", context)
