"""Who carries the calls, in Settings."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from dialer.actions.rotating import NothingToRotate, ask_for_rotation
from dialer.actions.sub_accounts import HasOwnAccount, NotOffered, ask_for_sub_account
from dialer.actions.telephony import (
    NoSecret,
    NothingToTest,
    ask_for_test,
    choose_provider,
    renew_secret,
    shown_account,
)
from dialer.models import DialerSettings, Dialling, InstallationStop, SubAccount, TelephonyAccount
from dialer.providers.accounts import master_of_installation
from dialer.telephony_form import TelephonyForm
from dialer.telephony_words import line_of
from jini.lib.fragments import fragment, toast

CONFLICT, INVALID = 409, 422
# A test without an answer for so long waits for a worker, not for the provider.
SLOW = dt.timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TELEPHONY_EDIT)
def telephony(request: MemberRequest) -> HttpResponse:
    """Show and change the provider; htmx asks for the part about what is under way."""
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
    part = "sub_account" if request.headers.get("HX-Target") == "sub-account" else "test"
    return fragment(request, "settings/telephony.html", part, context)


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


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def telephony_secret(request: MemberRequest) -> HttpResponse:
    """Make a new key for the addresses that Exotel posts to."""
    try:
        renew_secret(by=request.member)
    except NoSecret as error:
        raise Http404 from error
    toast(request, _("New calls use the new key; calls under way go on with the old one."))
    return redirect("dialer:telephony")


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def telephony_token(request: MemberRequest) -> HttpResponse:
    """Have Twilio's auth token renewed."""
    try:
        ask_for_rotation(by=request.member)
    except NothingToRotate as error:
        raise Http404 from error
    toast(request, _("The token is being renewed. Calls go on."))
    return redirect("dialer:telephony")


@require_POST
@requires(Permission.TELEPHONY_EDIT)
def telephony_sub_account(request: MemberRequest) -> HttpResponse:
    """Have the organisation's account opened below the master account of the installation, or opened again."""
    try:
        ask_for_sub_account(by=request.member)
    except (NotOffered, HasOwnAccount) as error:
        raise Http404 from error
    toast(request, _("The account is being opened. Choose its number above once it is there."))
    return redirect("dialer:telephony")


def _sub_account() -> dict[str, Any]:
    """What is said of the account below the installation's: nothing where there is no master, or an own account holds."""
    row = SubAccount.objects.not_ended().first()
    own = TelephonyAccount.objects.filter(provider=TelephonyAccount.Provider.TWILIO).first()
    is_own = own is not None and bool(own.credentials.get("account_sid"))
    is_offered = master_of_installation() is not None and (row is not None or not is_own)
    return {"sub_account": row, "is_sub_account_offered": is_offered}


def _context(form: TelephonyForm, shown: TelephonyAccount) -> dict[str, Any]:
    asked_at = shown.check_result.get("asked_at")
    is_slow = shown.is_in_test and timezone.now() - dt.datetime.fromisoformat(asked_at) > SLOW
    labels = {name: field.label for name, field in form.fields.items()}
    return {
        "form": form,
        "shown": shown,
        "dialling": Dialling.objects.select_related("stopped_by__user").get(),
        "is_all_stopped": InstallationStop.objects.filter(ended_at=None).exists(),
        "active": TelephonyAccount.objects.get(is_active=True),
        "lines": [line_of(step, shown.provider) for step in shown.steps],
        "is_slow": is_slow,
        "has_token": shown.provider == TelephonyAccount.Provider.TWILIO and bool(shown.credentials.get("auth_token")),
        **_sub_account(),
        "has_secret": shown.provider == TelephonyAccount.Provider.EXOTEL,
        "can_test": shown.provider != TelephonyAccount.Provider.OWN_PHONE,
        "history": audit.history(DialerSettings.objects.get(), labels),
    }
