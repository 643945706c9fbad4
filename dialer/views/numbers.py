"""The numbers that leads see and call, in Settings."""

import uuid

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.numbers import InUse, NumberTaken, save_number
from dialer.actions.pointing import NothingToPoint, ask_pointing, can_be_pointed
from dialer.models import Campaign, PhoneNumber, TelephonyAccount
from dialer.number_forms import NumberForm, SeriesForm
from jini.lib.fragments import fragment, toast
from privacy.actions.contact_policy import change_contact_policy
from privacy.models import ContactPolicy

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TELEPHONY_EDIT)
def numbers(request: MemberRequest) -> HttpResponse:
    """The numbers, and the form of what each series may carry."""
    is_post = request.method == "POST"
    # Locked while it is changed, so that no version number is given twice.
    policy = (ContactPolicy.objects.select_for_update() if is_post else ContactPolicy.objects.all()).get()
    form = SeriesForm(request.POST if is_post else None, instance=policy)
    if is_post and form.is_valid():
        change_contact_policy(policy, fields=form.changes, by=request.member)
        toast(request, _("Saved. It holds from the next call on."))
        return redirect("dialer:numbers")
    running = Q(state=Campaign.State.RUNNING, number__isnull=False)
    used = dict(Campaign.objects.filter(running).values_list("number").annotate(count=Count("id")))
    found = [(number, used.get(number.pk, 0)) for number in PhoneNumber.objects.select_related("team").in_order()]
    context = {"form": form, "numbers": found, "account": TelephonyAccount.objects.get(is_active=True)}
    return TemplateResponse(request, "settings/numbers.html", context, status=INVALID if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TELEPHONY_EDIT)
def number(request: MemberRequest, own_number: uuid.UUID | None = None) -> HttpResponse:
    """Change a number, or without an id add one; htmx asks for the part about where its calls go."""
    found = get_object_or_404(PhoneNumber.objects.all(), pk=own_number) if own_number else PhoneNumber()
    form = NumberForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            save_number(found, fields=form.changed_data, by=request.member)
        except InUse:
            form.add_error(
                "is_active", _("Calls go out from it. Choose another one in its campaigns or Telephony first.")
            )
        except NumberTaken:
            form.add_error("phone", _("This number is here already."))
        else:
            toast(request, _("Saved."))
            return redirect("dialer:numbers")
    context = {
        "form": form,
        "number": found if own_number else None,
        "can_be_pointed": own_number is not None and can_be_pointed(found),
        "history": audit.history(found, {name: field.label for name, field in form.fields.items()}),
    }
    if form.is_bound:
        return TemplateResponse(request, "settings/number.html", context, status=INVALID)
    return fragment(request, "settings/number.html", "pointing", context)


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def pointing(request: MemberRequest, own_number: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(PhoneNumber.objects.all(), pk=own_number)
    try:
        ask_pointing(found, by=request.member)
    except NothingToPoint:
        toast(request, _("Calls to this number come here by themselves."))
    return redirect(found)


@require_safe
@requires(Permission.TELEPHONY_EDIT)
def incoming_number(request: MemberRequest, own_number: uuid.UUID | None = None) -> HttpResponse:
    """Lead on whoever kept the address from when numbers that are called stood apart."""
    if own_number is None:
        return redirect("dialer:number_new", permanent=True)
    return redirect(get_object_or_404(PhoneNumber.objects.all(), pk=own_number), permanent=True)
