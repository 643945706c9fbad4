"""The API under /api/v1/: `ApiMiddleware` asks these operations alone."""

from typing import Any

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI

from accounts.api import API_ROOT, ByKey, explain_errors
from accounts.views.api_me import router as me
from dialer.views.api_calls import router as calls
from dialer.views.api_devices import router as devices
from leads.views.api_consents import router as consents
from leads.views.api_follow_ups import router as follow_ups
from leads.views.api_leads import router as leads
from privacy.views.api_dnd import router as dnd

api = NinjaAPI(
    title="JiNi",
    version="1",
    description="Every request carries a key of Settings, API keys, as “Authorization: Bearer …”. docs/api.md says more.",
    auth=ByKey(),
    docs_url=None,
    openapi_url=None,
)
explain_errors(api)
api.add_router("/", me)
api.add_router("/", leads)
api.add_router("/", consents)
api.add_router("/", follow_ups)
api.add_router("/", calls)
api.add_router("/", devices)
api.add_router("/", dnd)


@api.get("/openapi.json", auth=None, include_in_schema=False)
def openapi(request: HttpRequest) -> dict[str, Any]:
    return schema()


def schema() -> dict[str, Any]:
    """Return what the API can do, as OpenAPI 3.1 says it."""
    return dict(api.get_openapi_schema(path_prefix=API_ROOT))


urlpatterns = [path(API_ROOT.removeprefix("/"), api.urls)]
