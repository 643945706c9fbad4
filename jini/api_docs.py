"""The page about the API: written from its own OpenAPI document, since a page that draws it needs scripts from elsewhere."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.api import API_ROOT
from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.api import schema


@require_safe
@requires(Permission.PROFILE_EDIT)
def api_docs(request: MemberRequest) -> HttpResponse:
    said = schema()
    shapes = said["components"]["schemas"]
    operations = [
        _operation(method, address, told, shapes)
        for address, methods in said["paths"].items()
        for method, told in methods.items()
    ]
    context = {"operations": operations, "openapi_url": f"{API_ROOT}openapi.json"}
    return TemplateResponse(request, "api/docs.html", context)


def _operation(method: str, address: str, told: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answer: dict[str, Any] = next((one for status, one in told["responses"].items() if str(status).startswith("2")), {})
    given = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "method": method.upper(),
        "address": address,
        "summary": told.get("summary", ""),
        "description": told.get("description", ""),
        "takes": _fields(body, shapes),
        "gives": _fields(given, shapes),
    }


def _fields(said: dict[str, Any], shapes: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Return (name, type in words, is required) of each field of an object."""
    shape = shapes.get(said.get("$ref", "").rpartition("/")[2], {})
    needed = shape.get("required", [])
    return [(name, _words(one), name in needed) for name, one in shape.get("properties", {}).items()]


def _words(said: dict[str, Any]) -> str:
    if "anyOf" in said:
        return " | ".join(_words(one) for one in said["anyOf"])
    if "$ref" in said:
        return str(said["$ref"].rpartition("/")[2])
    if said.get("type") == "array":
        return f"[{_words(said['items'])}]"
    if "enum" in said:
        return " | ".join(f"“{value}”" for value in said["enum"])
    return str(said.get("format") or said.get("type", "any"))
