"""Who may do what: every right of every role, on one screen."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """Each role may do what the one before it may."""

    TELECALLER = "telecaller", _("Telecaller")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Admin")
    OWNER = "owner", pgettext_lazy("role", "Owner")


class Permission(StrEnum):
    """One right; a view names the one it needs."""

    LEAD_VIEW = "lead.view"
    LEAD_EDIT = "lead.edit"
    LEAD_ASSIGN = "lead.assign"
    LEAD_IMPORT = "lead.import"
    LEAD_EXPORT = "lead.export"
    LEAD_DELETE = "lead.delete"
    LEAD_MERGE = "lead.merge"
    CALL_MAKE = "call.make"
    CALL_VIEW = "call.view"
    CALL_SUPERVISE = "call.supervise"
    RECORDING_PLAY = "recording.play"
    CAMPAIGN_VIEW = "campaign.view"
    CAMPAIGN_EDIT = "campaign.edit"
    FIGURES_OWN = "figures.own"
    FIGURES_TEAM = "figures.team"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    SETTINGS_EDIT = "settings.edit"
    TELEPHONY_EDIT = "telephony.edit"
    PROFILE_EDIT = "profile.edit"
    ADMIN_SITE = "admin.site"
    DEMO_REMOVE = "demo.remove"
    # Hands out what is known of one lead, to that person.
    LEAD_COPY = "lead.copy"
    # Erases a person at once, without the days in which it can be refused.
    LEAD_ERASE = "lead.erase"
    ORGANISATION_EXPORT = "organisation.export"
    ORGANISATION_CANCEL = "organisation.cancel"


_TELECALLER = frozenset(
    {
        Permission.LEAD_VIEW,
        Permission.LEAD_EDIT,
        Permission.CALL_MAKE,
        Permission.CALL_VIEW,
        Permission.RECORDING_PLAY,
        Permission.FIGURES_OWN,
        Permission.PROFILE_EDIT,
    }
)
_MANAGER = _TELECALLER | {
    Permission.LEAD_ASSIGN,
    Permission.LEAD_IMPORT,
    Permission.LEAD_EXPORT,
    Permission.LEAD_DELETE,
    Permission.LEAD_MERGE,
    Permission.CALL_SUPERVISE,
    Permission.CAMPAIGN_VIEW,
    Permission.CAMPAIGN_EDIT,
    Permission.FIGURES_TEAM,
    Permission.PEOPLE_VIEW,
}
_ADMIN = _MANAGER | {
    Permission.PEOPLE_EDIT,
    Permission.SETTINGS_EDIT,
    Permission.TELEPHONY_EDIT,
    Permission.ADMIN_SITE,
    Permission.DEMO_REMOVE,
    Permission.LEAD_COPY,
}
_OWNER = _ADMIN | {Permission.ORGANISATION_EXPORT, Permission.ORGANISATION_CANCEL, Permission.LEAD_ERASE}

GRANTS: dict[str, frozenset[Permission]] = {
    Role.TELECALLER: _TELECALLER,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _OWNER,
}


# A page answers with a response, an operation of the API with what is written as JSON.
View = TypeVar("View", bound=Callable[..., Any])


def requires(permission: Permission) -> Callable[[View], View]:
    """Let a view be used only by a member whose role holds `permission`; everyone else gets 403.

    The permission stays on the view as `required_permission`, where a test that walks all URLs finds it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            member = getattr(request, "member", None)
            if member is None or not member.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return cast("View", guarded)

    return decorate
