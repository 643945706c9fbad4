"""What a day's calls may take, and the switch that stops them all."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.limits import save_limits, used_today
from dialer.actions.stopping import resume_dialling, stop_dialling
from dialer.limit_forms import LimitsForm, PricesForm, StopForm
from dialer.models import Dialling
from jini.lib.forms import Together
from jini.lib.fragments import toast
from privacy.models import ContactPolicy

INVALID = 422


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TELEPHONY_EDIT)
def limits(request: MemberRequest) -> HttpResponse:
    is_post = request.method == "POST"
    # Locked while they are changed, so that no version number is given twice.
    policies, diallings = ContactPolicy.objects.all(), Dialling.objects.all()
    if is_post:
        policies, diallings = policies.select_for_update(), diallings.select_for_update(of=("self",))
    dialling, policy = diallings.get(), policies.get()
    caps = LimitsForm(request.POST if is_post else None, instance=policy)
    prices = PricesForm(request.POST if is_post else None, instance=dialling)
    form = Together(caps, prices)
    if is_post and form.is_valid():
        save_limits(policy, dialling, limits=caps.changed_data, prices=prices.changed_data, by=request.member)
        toast(request, _("Saved. It holds from the next call on."))
        return redirect("dialer:limits")
    labels = {field.name: field.label for field in form}
    context = {
        "form": form,
        "caps": caps,
        "prices": prices,
        "used": used_today(),
        "new_calls": request.organisation.calls_a_day,
        "history": audit.history(policy, labels),
    }
    return TemplateResponse(request, "settings/limits.html", context, status=INVALID if is_post else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TELEPHONY_EDIT)
def stop(request: MemberRequest) -> HttpResponse:
    """Stop all calls of the organisation; the page asks for the reason again when it lacks."""
    form = StopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        stop_dialling(reason=form.cleaned_data["reason"], ends_calls=form.cleaned_data["ends_calls"], by=request.member)
        toast(request, _("All calls are stopped."))
        return redirect("dialer:telephony")
    context = {"form": form, "dialling": Dialling.objects.select_related("stopped_by__user").get()}
    return TemplateResponse(request, "settings/stop.html", context, status=INVALID if form.is_bound else 200)


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def resume(request: MemberRequest) -> HttpResponse:
    resume_dialling(by=request.member)
    toast(request, _("Calls go again."))
    return redirect("dialer:telephony")
