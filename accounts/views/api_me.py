"""Who a key stands for."""

import uuid
from typing import Any

from ninja import Router, Schema

from accounts.api import ApiRequest
from accounts.permissions import GRANTS, Permission, requires

router = Router(tags=["me"])


class OrganisationOut(Schema):
    id: uuid.UUID
    name: str
    time_zone: str


class MeOut(Schema):
    id: uuid.UUID
    name: str
    role: str
    permissions: list[str]
    organisation: OrganisationOut


@router.get("me/", response=MeOut, summary="Whom the key stands for")
@requires(Permission.PROFILE_EDIT)
def me(request: ApiRequest) -> dict[str, Any]:
    member = request.member
    return {
        "id": member.pk,
        "name": member.name,
        "role": member.role,
        "permissions": sorted(GRANTS[member.role]),
        "organisation": request.organisation,
    }
