"""Requests to erase people: the list, the decision, what is left, and the certificate."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, Role, requires
from accounts.step_up import with_step_up
from jini.lib.fragments import toast
from jini.lib.lookups import names_of_leads
from jini.lib.paging import capped_count, keyset_page
from privacy.actions import erasing
from privacy.erasure_forms import RefusalForm
from privacy.holds import holding
from privacy.models import Erasure, Tombstone

INVALID = 422


@require_safe
@requires(Permission.SETTINGS_EDIT)
def requests(request: MemberRequest) -> HttpResponse:
    rows = Erasure.objects.select_related("asked_by__user")
    page = keyset_page(request, rows, by="-asked_at", count_text=capped_count(rows))
    names = names_of_leads([row.lead_id for row in page.rows if row.is_open])
    context = {
        "page": page,
        "rows": [(row, names.get(row.lead_id, "")) for row in page.rows],
        "refused": sum(Tombstone.objects.values_list("refused", flat=True)),
    }
    return TemplateResponse(request, "settings/requests.html", context)


def _found(pk: uuid.UUID) -> Erasure:
    found: Erasure = get_object_or_404(Erasure.objects.select_related("asked_by__user", "decided_by__user"), pk=pk)
    return found


def _page(
    request: MemberRequest,
    found: Erasure,
    *,
    refusal: RefusalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    early = found.state in {Erasure.State.ASKED, Erasure.State.WAITING}
    context = {
        "erasure": found,
        "name": names_of_leads([found.lead_id]).get(found.lead_id, "") if found.is_open else "",
        "is_early": early,
        "holds": holding([found.lead_id]) if early else [],
        "refusal": refusal or RefusalForm(auto_id="refusal_%s"),
        "is_owner": request.member.role == Role.OWNER,
    }
    return TemplateResponse(request, "settings/request.html", context, status=status)


@require_safe
@requires(Permission.SETTINGS_EDIT)
def one(request: MemberRequest, erasure: uuid.UUID) -> HttpResponse:
    return _page(request, _found(erasure))


@require_POST
@requires(Permission.SETTINGS_EDIT)
def agreeing(request: MemberRequest, erasure: uuid.UUID) -> HttpResponse:
    if erasing.agree(_found(erasure), by=request.member):
        toast(request, _("Agreed. The person is erased in three days; until then you can refuse."))
    return redirect("privacy:request", erasure)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_ERASE)
def agreeing_at_once(request: MemberRequest, erasure: uuid.UUID) -> HttpResponse:
    """Erase without waiting: owners alone, who gave their password just now. They come back here from that."""
    return _agree_at_once(request, _found(erasure))


@with_step_up
def _agree_at_once(request: MemberRequest, found: Erasure) -> HttpResponse:
    if request.method == "POST" and erasing.agree(found, by=request.member, at_once=True):
        toast(request, _("The person is being erased."))
    return redirect("privacy:request", found.pk)


@require_POST
@requires(Permission.SETTINGS_EDIT)
def refusing(request: MemberRequest, erasure: uuid.UUID) -> HttpResponse:
    """Refuse a request, or end one that met something: either needs a reason."""
    found, form = _found(erasure), RefusalForm(request.POST, auto_id="refusal_%s")
    if not form.is_valid():
        return _page(request, found, refusal=form, status=INVALID)
    if found.state == Erasure.State.FOUND:
        erasing.close(found, why=form.cleaned_data["why"], by=request.member)
    elif erasing.refuse(found, why=form.cleaned_data["why"], by=request.member):
        toast(request, _("Refused. Nothing was erased."))
    return redirect("privacy:request", erasure)


@require_POST
@requires(Permission.SETTINGS_EDIT)
def looking_again(request: MemberRequest, erasure: uuid.UUID) -> HttpResponse:
    erasing.look_again(_found(erasure), by=request.member)
    return redirect("privacy:request", erasure)
