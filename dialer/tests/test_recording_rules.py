"""Whether a call is recorded: what the organisation, the campaign, the customer and the provider say."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from dialer import recording_tasks
from dialer.actions.recording import note_wish, withdraw_wish
from dialer.models import Call, Recording, RecordingPlay, RecordingSettings, RecordingWish, TelephonyAccount
from dialer.providers.accounts import provider_of
from dialer.recordings.deciding import announcement, has_wish, rule_of
from dialer.tests.factories import make_call, make_campaign
from dialer.tests.recordings import choose_recording
from leads.actions.merging import merge_leads
from leads.actions.undoing_merge import undo_merge
from leads.tests.factories import make_lead


@pytest.fixture
def call(scope, telecaller):
    return make_call(make_lead(assigned_to=telecaller), telecaller, talk=30)


def rule(call):
    account = TelephonyAccount.objects.get(provider="simulator")
    return rule_of(call, provider_of(account, call.organisation))


@pytest.mark.parametrize(
    ("chosen", "campaign", "expected"),
    [
        (None, "", ""),
        (None, "on", ""),
        (False, "", ""),
        (False, "on", "on"),
        (True, "", "on"),
        (True, "on", "on"),
        (True, "off", ""),
    ],
)
def test_the_campaign_may_say_otherwise_once_the_organisation_has_chosen(call, chosen, campaign, expected):
    call.campaign = make_campaign(recorded=campaign)
    if chosen is not None:
        choose_recording(is_on=chosen)

    assert rule(call) == expected


def test_without_a_campaign_the_organisation_decides(call):
    assert rule(call) == ""
    choose_recording()
    assert rule(call) == "on"


def test_the_customers_wish_comes_before_both(call, telecaller):
    choose_recording()
    note_wish(call.lead, by=telecaller)
    assert rule(call) == "wish"

    assert withdraw_wish(call.lead, by=telecaller)
    assert not withdraw_wish(call.lead, by=telecaller)
    assert rule(call) == "on"


def test_a_provider_that_cannot_record_is_the_reason(call):
    choose_recording()
    provider = provider_of(TelephonyAccount.objects.get(provider="simulator"), call.organisation)
    provider.recordings = None

    assert rule_of(call, provider) == "unsupported"


def test_only_a_recorded_call_is_announced(call, organisation):
    choose_recording(announcement="Recorded for quality.", voice="hi-IN")
    assert announcement(organisation.pk, call.pk) is None

    Call.objects.update(recording_rule="on")
    said = announcement(organisation.pk, call.pk)
    assert (said.text, said.voice) == ("Recorded for quality.", "hi-IN")


def test_a_call_without_the_rule_is_not_recorded_though_somebody_asks(call):
    choose_recording()
    recording_tasks.start_recording(call.organisation, call.pk)

    assert Recording.objects.count() == 0


def test_a_wish_goes_with_the_lead_that_is_merged_and_back(scope, telecaller, admin):
    keep, gone = make_lead(assigned_to=telecaller), make_lead(assigned_to=telecaller)
    note_wish(gone, by=telecaller)

    merge = merge_leads(keep, gone, choices=[], by=admin, versions=(keep.version, gone.version))
    assert has_wish(keep.pk)
    undo_merge(merge, by=admin)

    assert (has_wish(keep.pk), has_wish(gone.pk)) == (False, True)


def test_of_two_wishes_one_stands(scope, telecaller, admin):
    keep, gone = make_lead(assigned_to=telecaller), make_lead(assigned_to=telecaller)
    for lead in (keep, gone):
        note_wish(lead, by=telecaller)

    merge_leads(keep, gone, choices=[], by=admin, versions=(keep.version, gone.version))

    assert RecordingWish.objects.filter(lead=keep, withdrawn_at=None).count() == 1


BROKEN = {
    "recording_once_of_call": lambda call: [Recording(call=call, provider="x") for _ in range(2)],
    "recording_once_at_provider": lambda call: [
        Recording(call=each, provider="x", provider_id="r") for each in (call, make_call(call.lead, call.telecaller))
    ],
    "recording_kept_has_a_file": lambda call: [Recording(call=call, provider="x", state="kept")],
    "recording_erased_at_and_by": lambda call: [Recording(call=call, provider="x", state="erased")],
    "recording_settings_once": lambda call: [RecordingSettings(), RecordingSettings()],
    "recording_is_announced": lambda call: [RecordingSettings(announcement="")],
    "recording_wish_once": lambda call: [wish(call), wish(call)],
    "recording_wish_withdrawn_at_and_by": lambda call: [wish(call, withdrawn_at=timezone.now())],
    "recording_play_takes_time": lambda call: [play(call)],
}


def wish(call, **fields):
    return RecordingWish(lead=call.lead, noted_at=timezone.now(), noted_by=call.telecaller, **fields)


def play(call):
    recording, now = Recording.objects.create(call=call, provider="x"), timezone.now()
    return RecordingPlay(recording=recording, member=call.telecaller, at=now, until=now)


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses_what_cannot_be(call, name):
    *first, last = BROKEN[name](call)
    for row in first:
        row.save(force_insert=True)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        last.save(force_insert=True)
