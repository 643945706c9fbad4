"""Addresses that providers post to; `HookMiddleware` asks these alone."""

from django.urls import URLPattern, re_path

from dialer.views import hooks

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HOOK = rf"hooks/(?P<provider>simulator|twilio)/(?P<organisation>{_ID})/(?P<token>{_ID})/(?P<leg>agent|customer)/"
urlpatterns: list[URLPattern] = [
    re_path(f"^{HOOK}status/$", hooks.status, name="hook_status"),
    re_path(f"^{HOOK}answer/$", hooks.answer, name="hook_answer"),
]
