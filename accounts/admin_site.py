"""The admin site: for an organisation's own admins within their scope, and for the installation's superuser outside."""

from django.contrib import admin
from django.http import HttpRequest
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
