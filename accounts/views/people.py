"""Who works in the organisation."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.actions.invitations import AlreadyMember, NotOpen, invite, resend, withdraw
from accounts.actions.people import (
    AboveOwnRole,
    LastOwner,
    LeftForGood,
    change_role,
    deactivate,
    reactivate,
    roles_below,
)
from accounts.forms import InvitationForm, RoleForm
from accounts.middleware import MemberRequest
from accounts.models import Invitation, Membership
from accounts.permissions import Permission, Role, requires
from jini.lib.fragments import toast


@require_safe
@requires(Permission.PEOPLE_VIEW)
def people(request: MemberRequest) -> HttpResponse:
    return _page(request, InvitationForm(roles=roles_below(request.member)))


@require_POST
@requires(Permission.PEOPLE_EDIT)
def invitations(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST, roles=roles_below(request.member))
    if not form.is_valid():
        return _page(request, form)
    email = form.cleaned_data["email"]
    try:
        invite(email, role=Role(form.cleaned_data["role"]), by=request.member)
    except AlreadyMember:
        form.add_error("email", _("This person belongs to the organisation already."))
        return _page(request, form)
    toast(request, _("An invitation to %(email)s is on its way.") % {"email": email})
    return redirect("accounts:people")


def _page(request: MemberRequest, form: InvitationForm) -> HttpResponse:
    pending = Invitation.objects.filter(organisation=request.organisation, accepted_at=None, withdrawn_at=None)
    context = {
        "form": form,
        "members": Membership.objects.of(request.organisation),
        "invitations": pending.select_related("invited_by__user").order_by("-created_at"),
        "may_edit": request.member.may(Permission.PEOPLE_EDIT),
        "own_roles": roles_below(request.member),
    }
    return TemplateResponse(request, "settings/people.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PEOPLE_EDIT)
def invitation_message(request: MemberRequest, invitation: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Invitation, organisation=request.organisation, pk=invitation)
    try:
        resend(found, by=request.member)
    except NotOpen:
        toast(request, _("This invitation was accepted or withdrawn meanwhile."))
    except AboveOwnRole:
        toast(request, _("Only an owner can do this for the role of this invitation."))
    else:
        toast(request, _("A new link is on its way; the old one does not work any more."))
    return redirect("accounts:people")


@require_POST
@requires(Permission.PEOPLE_EDIT)
def invitation_withdrawal(request: MemberRequest, invitation: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Invitation, organisation=request.organisation, pk=invitation)
    try:
        withdraw(found, by=request.member)
    except NotOpen:
        toast(request, _("This invitation was accepted or withdrawn meanwhile."))
    except AboveOwnRole:
        toast(request, _("Only an owner can do this for the role of this invitation."))
    else:
        toast(request, _("The invitation is withdrawn; its link does not work any more."))
    return redirect("accounts:people")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PEOPLE_EDIT)
def member(request: MemberRequest, member: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Membership.objects.of(request.organisation), pk=member)
    roles = roles_below(request.member)
    form = RoleForm(request.POST if request.method == "POST" else None, roles=roles, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            change_role(found, to=Role(form.cleaned_data["role"]), by=request.member)
        except AboveOwnRole:
            form.add_error(None, _("Only an owner can change the role of an owner."))
        except LeftForGood:
            form.add_error(None, _("This person left for good, and has no role any more."))
        except LastOwner:
            form.add_error("role", _("An organisation needs an owner. Make somebody else owner first."))
        else:
            toast(request, _("Saved."))
            return redirect("accounts:people")
    context = {
        "member": found,
        "form": form,
        "may_change": Role(found.role) in roles and not found.former_number,
        "history": audit.history(found, {}),
    }
    return TemplateResponse(request, "settings/member.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.PEOPLE_EDIT)
def member_deactivation(request: MemberRequest, member: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Membership.objects.of(request.organisation), pk=member)
    try:
        deactivate(found, by=request.member)
    except AboveOwnRole:
        toast(request, _("Only an owner can deactivate an owner."))
    except LastOwner:
        toast(request, _("An organisation needs an owner. Make somebody else owner first."))
    else:
        toast(request, _("%(name)s cannot sign in here any more.") % {"name": found.name})
    return redirect("accounts:people")


@require_POST
@requires(Permission.PEOPLE_EDIT)
def member_reactivation(request: MemberRequest, member: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(Membership.objects.of(request.organisation), pk=member)
    try:
        reactivate(found, by=request.member)
    except AboveOwnRole:
        toast(request, _("Only an owner can reactivate an owner."))
    else:
        toast(request, _("%(name)s can sign in again.") % {"name": found.name})
    return redirect("accounts:people")
