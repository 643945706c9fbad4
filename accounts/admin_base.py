"""What every page of the admin site has in common: scope, rights by role, and an audit line for each change."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm

from accounts import audit
from accounts.models import Membership
from accounts.permissions import Permission

if TYPE_CHECKING:
    Base = admin.ModelAdmin[models.Model]
else:
    Base = admin.ModelAdmin


class OrganisationAdmin(Base):
    """Records of one organisation, for its admins. Nobody else sees that they exist, the superuser included.

    The rows come from the scoped manager. `can_add`, `can_change` and `can_delete` take rights away from everybody.
    """

    can_add = can_change = can_delete = True
    list_per_page = 50
    # A second count over all rows, for one sentence: not worth it on a large table.
    show_full_result_count = False

    def _may(self, request: HttpRequest) -> bool:
        member = getattr(request, "member", None)
        return member is not None and member.may(Permission.ADMIN_SITE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_change and self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_delete and self._may(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the members of this organisation only: memberships are shared, and no manager narrows them."""
        if db_field.related_model is Membership:
            kwargs["queryset"] = Membership.objects.of(request.organisation)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:  # noqa: FBT001 -- as above
        super().save_model(request, obj, form, change)
        self._record(request, "changed" if change else "added", obj, fields=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, "deleted", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            self._record(request, "deleted", row)
        super().delete_queryset(request, queryset)

    def _record(self, request: HttpRequest, what: str, obj: models.Model, **details: Any) -> None:
        noun = obj._meta.model_name  # noqa: SLF001 -- Django's documented name
        audit.record(f"{noun}.{what}", by=request.member, subject=obj, through="admin", **details)  # type: ignore[attr-defined]


class ReadOnlyAdmin(OrganisationAdmin):
    """Records that only the software writes."""

    can_add = can_change = can_delete = False


class ExchangeAdmin(ImportExportMixin, OrganisationAdmin):  # type: ignore[misc]
    """Records that also come from files and go into them, through django-import-export.

    The export takes all fields of the resource: the library's page to choose among them needs inline script.
    """

    export_form_class = ExportForm

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def export_action(self, request: HttpRequest) -> Any:
        if request.method == "POST":
            audit.record(f"{self.opts.model_name}.exported", by=request.member, through="admin")  # type: ignore[attr-defined]
        return super().export_action(request)

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        """Called once, when a confirmed import is written."""
        audit.record(
            f"{self.opts.model_name}.imported",
            by=request.member,  # type: ignore[attr-defined]
            through="admin",
            added=result.totals["new"],
            changed=result.totals["update"],
        )
        super().add_success_message(result, request)


class OperatorAdmin(Base):
    """What belongs to the installation and to no organisation: for its superuser."""

    can_write = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_write and self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.can_write and self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _may(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))
