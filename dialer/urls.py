"""Addresses of dialer."""

from django.urls import URLPattern, URLResolver, path, re_path

from dialer.views import dispositions, hooks

app_name = "dialer"
_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HOOK = rf"hooks/(?P<provider>simulator|twilio)/(?P<organisation>{_ID})/(?P<token>{_ID})/(?P<leg>agent|customer)/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/dispositions/", dispositions.dispositions, name="dispositions"),
    path("settings/dispositions/new/", dispositions.disposition, name="disposition_new"),
    path("settings/dispositions/<uuid:disposition>/", dispositions.disposition, name="disposition"),
    re_path(f"^{HOOK}status/$", hooks.status, name="hook_status"),
    re_path(f"^{HOOK}answer/$", hooks.answer, name="hook_answer"),
]
