"""The keys of the API, in Settings."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.api_keys import create_key, revoke
from accounts.api_key_form import ApiKeyForm
from accounts.middleware import MemberRequest
from accounts.models import ApiKey
from accounts.permissions import Permission, requires
from jini.lib.fragments import toast

INVALID = 422
MOST_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SETTINGS_EDIT)
def api_keys(request: MemberRequest) -> HttpResponse:
    """List the keys; a new one is shown in the answer to the form, and never again."""
    form = ApiKeyForm(request.POST if request.method == "POST" else None, by=request.member)
    token = ""
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        __, token = create_key(sent["name"], for_member=sent["member"], by=request.member)
        form = ApiKeyForm(by=request.member)
    keys = ApiKey.objects.select_related("member__user", "created_by__user", "revoked_by__user")
    context = {"form": form, "token": token, "keys": keys.order_by("-created_at", "-id")[:MOST_SHOWN]}
    response = TemplateResponse(request, "settings/api_keys.html", context, status=INVALID if form.is_bound else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@requires(Permission.SETTINGS_EDIT)
def revocation(request: MemberRequest, api_key: uuid.UUID) -> HttpResponse:
    revoke(get_object_or_404(ApiKey.objects.all(), pk=api_key), by=request.member)
    toast(request, _("The key is revoked; it lets nobody in any more."))
    return redirect("accounts:api_keys")
