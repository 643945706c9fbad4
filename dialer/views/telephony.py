"""Who carries the calls, in Settings."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.telephony import NothingToTest, ask_for_test, choose_provider, shown_account
from dialer.models import DialerSettings, TelephonyAccount
from dialer.telephony_form import TelephonyForm
from dialer.telephony_words import line_of
from jini.lib.fragments import fragment, toast

CONFLICT, INVALID = 409, 422
# A test without an answer for so long waits for a worker, not for the provider.
SLOW = dt.timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TELEPHONY_EDIT)
def telephony(request: MemberRequest) -> HttpResponse:
    """Show and change the provider; htmx asks for the part about the test while one is under way."""
    shown = shown_account()
    form = TelephonyForm(request.POST if request.method == "POST" else None, shown=shown)
    if request.method == "POST" and form.is_valid():
        account = choose_provider(form.cleaned_data["provider"], by=request.member, changes=form.changes)
        waits = _("Saved. The connection is being tested.")
        toast(request, waits if account.is_in_test else _("Saved."))
        return redirect("dialer:telephony")
    context = _context(form, shown)
    if request.method == "POST":
        return TemplateResponse(request, "settings/telephony.html", context, status=INVALID)
    return fragment(request, "settings/telephony.html", "test", context)


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def telephony_test(request: MemberRequest) -> HttpResponse:
    shown = shown_account()
    try:
        ask_for_test(shown, by=request.member)
    except NothingToTest:
        context = _context(TelephonyForm(shown=shown), shown)
        return TemplateResponse(request, "settings/telephony.html", context, status=CONFLICT)
    return redirect("dialer:telephony")


def _context(form: TelephonyForm, shown: TelephonyAccount) -> dict[str, Any]:
    asked_at = shown.check_result.get("asked_at")
    is_slow = shown.is_in_test and timezone.now() - dt.datetime.fromisoformat(asked_at) > SLOW
    labels = {name: field.label for name, field in form.fields.items()}
    return {
        "form": form,
        "shown": shown,
        "active": TelephonyAccount.objects.get(is_active=True),
        "lines": [line_of(step) for step in shown.steps],
        "is_slow": is_slow,
        "can_test": shown.provider != TelephonyAccount.Provider.OWN_PHONE,
        "history": audit.history(DialerSettings.objects.get(), labels),
    }
