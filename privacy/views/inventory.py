"""What is held, why, how long and who sees it; and the record of processing."""

from django.conf import settings
from django.http import StreamingHttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.middleware import MemberRequest
from accounts.permissions import Permission, requires
from jini.lib.spreadsheet import csv_download
from privacy.inventory import about_nobody, in_passing, periods, record, sections
from privacy.retention import schedule_here


@require_safe
@requires(Permission.SETTINGS_EDIT)
def inventory(request: MemberRequest) -> TemplateResponse:
    context = {
        "sections": sections(),
        "about_nobody": about_nobody(),
        "in_passing": in_passing(),
        "periods": periods(schedule_here()),
        "contact_email": settings.CONTACT_EMAIL,
        "contact_address": settings.CONTACT_ADDRESS,
    }
    return TemplateResponse(request, "privacy/inventory.html", context)


@require_safe
@requires(Permission.SETTINGS_EDIT)
def record_of_processing(request: MemberRequest) -> StreamingHttpResponse:
    # In the language of the page, and written before the view ends: the rows are words, not rows of the database.
    return csv_download(list(record()), name="record-of-processing.csv")
