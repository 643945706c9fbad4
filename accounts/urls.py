"""Addresses of accounts."""

from django.urls import include, path

from accounts.views import health
from accounts.views.home import home
from accounts.views.link import link

own = [
    path("", home, name="home"),
    path("accounts/link/<str:token>/", link, name="link"),
]

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.account.urls")),
    path("", include((own, "accounts"))),
]
