"""The language of the pages: kept on the person, and before sign-in in a cookie."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language


@require_POST
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("language")
    if request.user.is_authenticated and wanted in dict(settings.LANGUAGES):
        person = request.user
        person.language = wanted
        person.save(update_fields=["language"])
    return set_language(request)
