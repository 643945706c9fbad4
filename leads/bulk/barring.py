"""Putting the numbers of many leads on do not call."""

from collections import defaultdict

from leads.bulk.steps import Outcome, Step
from leads.models import LeadPhone
from privacy.actions.do_not_call import bar as bar_numbers
from privacy.models import DoNotCall


def bar(step: Step) -> Outcome:
    """Put every number of the leads on do not call. For good: what somebody asked for is not taken back with one click."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for row in step.rows:
        numbers[row.lead.id].add(row.lead.phone)
    for lead, phone in LeadPhone.objects.filter(lead__in=list(numbers)).values_list("lead", "phone"):
        numbers[str(lead)].add(phone)
    fresh = bar_numbers(set().union(*numbers.values()), source=DoNotCall.Source.MANUAL, by=step.by)
    return Outcome({lead: "barred" for lead, phones in numbers.items() if not phones & fresh})
