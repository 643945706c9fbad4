"""What a lead said of one purpose and channel: the history, and what they say now."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast
from leads.actions.consents import note_consent
from leads.consent_form import QUESTIONS, ConsentForm
from leads.models import Consent
from leads.views.lead import INVALID, visible
from privacy.contact_facts import CONSENT_PURPOSES, Channel, Purpose
from privacy.contact_words import CHANNELS, CONSENT_WORDS

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.LEAD_EDIT)
def consents(request: MemberRequest, lead: uuid.UUID, purpose: str, channel: str) -> HttpResponse:
    """One press says that they agree, one that they do not."""
    found = visible(request, lead)
    if purpose not in CONSENT_PURPOSES or channel not in list(Channel):
        raise Http404
    words = {"purpose": dict(CONSENT_WORDS)[purpose], "channel": dict(CHANNELS)[channel]}
    asked = {"wording": QUESTIONS[purpose, channel]}
    form = ConsentForm(request.POST if request.method == "POST" else None, initial=asked)
    if form.is_bound and form.is_valid():
        note_consent(found, form.said(Purpose(purpose), Channel(channel)), by=request.member)
        toast(request, _("Noted. It holds from the next call or message on."))
        return redirect(f"{found.get_absolute_url()}#lead-consents")
    rows = Consent.objects.filter(lead=found, purpose=purpose, channel=channel).newest_first()
    history = list(rows.select_related("by__user")[:MOST])
    context = {"lead": found, "form": form, "history": history, "now": history[0] if history else None, **words}
    return TemplateResponse(request, "leads/consent.html", context, status=INVALID if form.is_bound else 200)
