"""Puts our admin site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class JiniAdminConfig(AdminConfig):
    default_site = "accounts.admin_site.JiniAdminSite"
