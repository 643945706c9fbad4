"""Rows of a phone's call log that come late: their days are counted again."""

from django.utils import timezone

from dialer.models import Call
from dialer.tests.phones import Phone
from leads.tests.factories import make_lead
from reports.actions.rollups import recompute
from reports.models import DayFigures, DirtyDay


def test_a_late_row_lets_its_day_be_counted_again(organisation, telecaller, scope):
    phone, lead = Phone(telecaller), make_lead(assigned_to=telecaller)

    phone.sync(phone.row(lead.phone, ago=10 * 86400), phone.row(lead.phone, 2, ago=10 * 86400 - 90))

    day = timezone.localtime(Call.objects.order_by("started_at")[0].started_at, organisation.zone).date()
    assert (day, telecaller.pk) in set(DirtyDay.objects.values_list("day", "telecaller"))
    recompute(organisation)
    counted = DayFigures.objects.filter(telecaller=telecaller)
    assert sum(row.total_calls for row in counted) == 2
    assert sum(row.talk_time for row in counted) == 120
