"""Who works on the data of one's organisation now."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib import processors as registry
from privacy.models import Policy
from privacy.policies import in_force


@require_safe
@requires(Permission.PROFILE_EDIT)
def processors(request: MemberRequest) -> HttpResponse:
    context = {"processors": registry.in_use(), "document": in_force(Policy.Kind.PROCESSORS, "en")}
    return TemplateResponse(request, "privacy/processors.html", context)
