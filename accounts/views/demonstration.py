"""Ending a demonstration with one click."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actions.demonstration import NotADemonstration
from accounts.actions.demonstration import remove_demo as remove
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast


@require_POST
@requires(Permission.DEMO_REMOVE)
def remove_demo(request: MemberRequest) -> HttpResponse:
    try:
        remove(by=request.member)
    except NotADemonstration:
        toast(request, _("There are no demonstration data here any more."))
    else:
        toast(request, _("The demonstration data are removed. People and settings stayed."))
    return redirect("accounts:home")
