"""The admin site: for an organisation's own admins within their scope, and for the installation's superuser outside."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission


class JiniAdminSite(admin.AdminSite):
    site_header = _("JiNi administration")
    site_title = _("JiNi")
    index_title = _("Records and configuration")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in active superusers and members who may use the admin site."""
        member = getattr(request, "member", None)
        user = request.user
        return bool(
            user.is_active and (user.is_superuser or (member is not None and member.may(Permission.ADMIN_SITE)))
        )

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to our own sign-in, with its limits; who is signed in already and has no right here gets 403."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
