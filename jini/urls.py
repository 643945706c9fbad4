"""Every address of JiNi."""

from django.contrib import admin
from django.urls import include, path

from jini.api_docs import api_docs

# An address is looked for in this order, one after the other: what is asked the most comes first.
urlpatterns = [
    path("", include("dialer.urls")),
    path("", include("leads.urls")),
    path("", include("accounts.urls")),
    path("", include("teams.urls")),
    path("", include("privacy.urls")),
    path("", include("reports.urls")),
    path("api/docs/", api_docs, name="api_docs"),
    path("admin/", admin.site.urls),
]

handler403 = "accounts.views.errors.forbidden"
handler404 = "accounts.views.errors.not_found"
handler500 = "accounts.views.errors.server_error"
