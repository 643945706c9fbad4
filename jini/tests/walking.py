"""Every address of JiNi, and a thing of every kind that an address can name, for the tests that walk the project."""

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter
from django.urls.resolvers import RoutePattern
from django.utils import timezone

from accounts.actions.api_keys import create_key
from accounts.actions.invitations import invite
from accounts.actions.notifying import notify
from accounts.models import Membership, Organisation, PushSubscription, SignInLink
from accounts.permissions import Permission, Role
from dialer.actions.devices import offer_pairing, pair
from dialer.actions.importing_calls import accept_call_log
from dialer.actions.recording import save_recording_settings
from dialer.actions.replaying import replay_call, take_step
from dialer.actions.voicemail import add_message
from dialer.calls.inbox_days import count
from dialer.campaigns.counting import count_slice, start_count
from dialer.models import (
    CallEvent,
    Campaign,
    Disposition,
    InboxDay,
    IncomingCall,
    IncomingRing,
    PhoneNumber,
    RecordingSettings,
)
from dialer.scripts.content import END, Answer, Content, Objection, Step
from dialer.tests.factories import first_list, give_script, make_call, make_campaign, make_entry
from dialer.tests.recordings import make_message, make_recording, sound
from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from jini.tests.kept_things import make_barred, make_certificate, make_dnd_file, make_erasure, make_hold, make_run
from leads.actions import bulk, importing
from leads.actions.binning import delete_lead
from leads.actions.files import add_file
from leads.actions.merging import merge_leads
from leads.bulk.actions import actions
from leads.importing import sandbox
from leads.models import (
    CustomField,
    ImportSource,
    LeadPhone,
    LeadTag,
    LikelyDuplicate,
    SavedMapping,
    SavedView,
    Status,
    StatusReason,
    Tag,
)
from leads.tests.factories import make_follow_up, make_lead
from privacy.actions.exporting import ask_for_export, write_on
from privacy.models import Export
from teams.models import PauseCode, Team


@dataclass(frozen=True)
class Address:
    """One URL pattern. `name` as `reverse` takes it; `uuids` are the parameters that name a row."""

    name: str
    parameters: tuple[str, ...]
    uuids: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def permission(self) -> Permission | None:
        return getattr(self.view, "required_permission", None)

    def url(self, scene: "Scene", **others: "Scene") -> str:
        """Where this address names the things of `scene`, and the parameters in `others` those of another scene."""
        values = {one: str(others.get(one, scene).value(self.name, one)) for one in self.parameters}
        return reverse(self.name, kwargs=values)


def addresses() -> list[Address]:
    """Return every address but those of Django's admin, which guards itself (see test_admin.py)."""
    return [address for address in _walk(get_resolver().url_patterns, ()) if not address.name.startswith("admin:")]


def _walk(patterns: list[URLPattern | URLResolver], namespaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield _address(pattern, namespaces)


def _address(pattern: URLPattern, namespaces: tuple[str, ...]) -> Address:
    place = pattern.pattern
    name = ":".join([*namespaces, str(pattern.name)])
    if isinstance(place, RoutePattern):
        uuids = tuple(one for one, kind in place.converters.items() if isinstance(kind, UUIDConverter))
        return Address(name, tuple(place.converters), uuids, pattern.callback)
    return Address(name, tuple(place.regex.groupindex), (), pattern.callback)


# Where a parameter means something else than elsewhere.
MEANINGS = {
    ("accounts:link", "token"): "sign_in_link",
    ("accounts:invitation", "token"): "invitation_link",
    ("dialer:hook_status", "token"): "call",
    ("dialer:hook_answer", "token"): "call",
    ("dialer:hook_incoming_voicemail", "token"): "incoming",
    ("dialer:hook_incoming_message", "token"): "incoming",
    ("dialer:hook_incoming_joining", "token"): "ring",
    ("dialer:caller_message", "incoming"): "caller_of_message",
    ("dialer:caller_message_fetching", "incoming"): "caller_of_message",
    ("dialer:hook_digits", "token"): "call",
    ("dialer:hook_recording", "token"): "call",
    ("dialer:hook_machine", "token"): "call",
    ("leads:import_map", "batch"): "read_batch",
    ("privacy:certificate", "token"): "certificate_token",
    ("privacy:export_part", "number"): "part_of_export",
    ("leads:restoration", "lead"): "binned_lead",
    ("leads:merge", "other"): "other_lead",
}


class Scene:
    """One organisation with a thing of every kind. Make and read it inside the scope of the organisation.

    An attribute has the name of the parameter that it is the value of. What a telecaller may only see as their own
    belongs to `telecaller`.
    """

    def __init__(self, organisation: Organisation, telecaller: Membership, admin: Membership) -> None:
        self.of = organisation
        self.telecaller = telecaller
        self.admin = admin

    def value(self, name: str, parameter: str) -> Any:
        thing = getattr(self, MEANINGS.get((name, parameter), parameter))
        return getattr(thing, "pk", thing)

    def fill(self) -> None:
        """Make every thing now, while the scope is open."""
        for name, member in vars(type(self)).items():
            if isinstance(member, cached_property):
                getattr(self, name)

    @cached_property
    def lead(self) -> Any:
        lead = make_lead(assigned_to=self.telecaller, name="Kavita Rao", phone="+919000099901", city="Pune")
        LeadTag.objects.create(lead=lead, tag=self.tag)
        return lead

    @cached_property
    def binned_lead(self) -> Any:
        return delete_lead(make_lead(assigned_to=self.telecaller), by=self.admin)

    @cached_property
    def file(self) -> Any:
        upload = SimpleUploadedFile("bill.txt", b"Rs 500")
        return add_file(self.lead, upload, name="bill.txt", content_type="text/plain", by=self.telecaller)

    @cached_property
    def other_lead(self) -> Any:
        return make_lead(assigned_to=self.telecaller, name="Kavitha Rao", phone="+919000099905", city="Pune")

    @cached_property
    def pair(self) -> Any:
        lead, other = sorted((self.lead, self.other_lead), key=lambda one: one.pk)
        return LikelyDuplicate.objects.create(lead=lead, other=other, reasons=["name"], score=70)

    @cached_property
    def merge(self) -> Any:
        keep, gone = make_lead(assigned_to=self.telecaller), make_lead(assigned_to=self.telecaller)
        return merge_leads(keep, gone, choices=[], by=self.admin, versions=(keep.version, gone.version))

    @cached_property
    def tag(self) -> Any:
        return Tag.objects.create(name="Expo")

    @cached_property
    def status(self) -> Any:
        return Status.objects.get(is_initial=True)

    @cached_property
    def other_status(self) -> Any:
        return Status.objects.filter(is_initial=False, kind=Status.Kind.OPEN).first()

    @cached_property
    def pause_code(self) -> Any:
        return PauseCode.objects.order_by("position").first()

    @cached_property
    def follow_up(self) -> Any:
        return make_follow_up(self.lead, self.telecaller)

    @cached_property
    def campaign(self) -> Any:
        campaign = make_campaign(self.telecaller, state=Campaign.State.PAUSED, name="Rooftop, Pune")
        make_entry(make_lead(), campaign)
        start_count(campaign)
        while count_slice(campaign.pk):
            pass
        return campaign

    @cached_property
    def campaign_list(self) -> Any:
        return first_list(self.campaign)

    @cached_property
    def call(self) -> Any:
        return make_call(self.lead, self.telecaller, talk=60, closed_at=None, wrap_up_seconds=None)

    @cached_property
    def incoming(self) -> Any:
        """A call of somebody who is no lead, which the telecaller answered."""
        now = timezone.now()
        return IncomingCall.objects.create(
            provider="simulator",
            provider_id="c-walk",
            caller="+919000099906",
            state="answered",
            started_at=now,
            answered_at=now,
            answered_by=self.telecaller,
        )

    @cached_property
    def caller_of_message(self) -> Any:
        """A missed call of the telecaller's lead, with a message on the voicemail."""
        now = timezone.now()
        caller = IncomingCall.objects.create(
            provider="simulator", provider_id="c-said", lead=self.lead, state="told", started_at=now, ended_at=now,
            missed="nobody",
        )  # fmt: skip
        make_message(caller)
        return caller

    @cached_property
    def ring(self) -> Any:
        now = timezone.now()
        return IncomingRing.objects.create(
            incoming=self.incoming, member=self.telecaller, started_at=now, gives_up_at=now, answered_at=now
        )

    @cached_property
    def recording_settings(self) -> Any:
        """A sound announces recordings, through a provider that keeps its copies too."""
        own = RecordingSettings(days_at_provider=30)
        save_recording_settings(
            own, fields=["sound"], by=self.admin, sound=SimpleUploadedFile("announcement.wav", sound(1))
        )
        return own

    @cached_property
    def recording(self) -> Any:
        return make_recording(self.call)

    @cached_property
    def message(self) -> Any:
        upload = SimpleUploadedFile("hello.wav", sound(1))
        return add_message(upload, name="Hello", content_type="audio/wav", by=self.admin)

    @cached_property
    def script(self) -> Any:
        steps = [Step("s1", "Opening", "Namaste {{first_name}} ji.", [Answer("Yes", "s2"), Answer("No", END)])]
        content = Content(
            [*steps, Step("s2", "Visit", "Shall we come?")], [Objection("Too dear", "It pays, {{name}}.")]
        )
        return give_script(self.campaign, content)

    @cached_property
    def post(self) -> Any:
        """A post of a status that nobody knows."""
        payload = {"status": "parked", "at": timezone.now().isoformat(), "provider_id": "c", "sequence": 1}
        return CallEvent.objects.create(
            provider="simulator",
            event_key="walk",
            call_token=self.call.pk,
            leg="customer",
            payload=payload | {"duration": None, "raw": {"status": "parked"}},
            received_at=timezone.now(),
            verdict=CallEvent.Verdict.UNKNOWN_STATUS,
            decided_at=timezone.now(),
            copies=2,
        )

    @cached_property
    def replay(self) -> Any:
        """A replay of a call that came out otherwise, and is over."""
        count(self.of, InboxDay.objects.create(provider=self.post.provider, day=timezone.localdate()).pk)
        replay = replay_call(self.call, by=self.admin)
        while take_step(self.of, replay.pk):
            pass
        return replay.reloaded()

    @cached_property
    def export(self) -> Any:
        """A copy of the telecaller's own data that can be fetched."""
        export = ask_for_export(Export.Kind.MINE, by=self.telecaller)
        while write_on(self.of, export.pk):
            pass
        return export.reloaded()

    part_of_export = 1
    purpose, channel = "promotional", "call"

    run = cached_property(lambda _self: make_run())
    hold = cached_property(lambda self: make_hold(self.lead, by=self.admin))
    dnd_file = cached_property(lambda self: make_dnd_file(by=self.admin))
    row = cached_property(lambda self: make_barred(self.lead))
    erasure = cached_property(lambda self: make_erasure(by=self.admin))

    @cached_property
    def disposition(self) -> Any:
        return Disposition.objects.in_order().first()

    @cached_property
    def team(self) -> Any:
        return Team.objects.create(name="Night")

    @cached_property
    def member(self) -> Any:
        return self.telecaller

    @cached_property
    def notification(self) -> Any:
        return notify([self.telecaller], "test.news", url=reverse("accounts:profile"), details={})[0]

    @cached_property
    def device(self) -> Any:
        return PushSubscription.objects.create(
            member=self.telecaller, endpoint="https://fcm.googleapis.com/fcm/send/x", endpoint_digest="x", keys={}
        )

    @cached_property
    def api_key(self) -> Any:
        return create_key("Website form", for_member=self.telecaller, by=self.admin)[0]

    @cached_property
    def call_import(self) -> Any:
        log = SimpleUploadedFile("calls.csv", b"Number,Start\n9000099901,2026-11-20 10:00:00\n112,soon\n")
        return accept_call_log(log, kind="csv", telecaller=self.telecaller, by=self.telecaller)

    @cached_property
    def own_number(self) -> Any:
        return PhoneNumber.objects.create(phone="+912240000001", provider="simulator")

    @cached_property
    def phone(self) -> Any:
        code, _ = offer_pairing(self.telecaller)
        return pair(code, name="Redmi 12", hardware_id="hardware-1", app_version="1.0")[0]

    @cached_property
    def own_phone(self) -> Any:
        return self.phone

    @cached_property
    def invitation(self) -> Any:
        return invite(f"new-{self.of.pk}@mail.example", role=Role.TELECALLER, by=self.admin)

    @cached_property
    def invitation_link(self) -> str:
        token = self.invitation.issue_token()
        self.invitation.save()
        return str(token)

    @cached_property
    def certificate_token(self) -> str:
        return make_certificate()

    @cached_property
    def sign_in_link(self) -> str:
        return SignInLink.issue(self.telecaller.user)

    @cached_property
    def batch(self) -> Any:
        """An import that is over, with a row of every verdict."""
        batch = self._import("Name,Mobile,City\nBhavna Shah,90000 99902,Nashik\nRamesh,9000,Pune\nBhavna,9000099902,\n")
        terms = {"duplicates": "skip", "source": "Expo", "legal_ground": "unknown", "owners": [], "tags": []}
        importing.set_terms(
            batch, {int(column): field for column, field in batch.mapping.items()}, terms, by=batch.created_by
        )
        _work_off(importing.PREVIEW, batch)
        batch.refresh_from_db()
        importing.start_run(batch, by=self.admin)
        return _work_off(importing.RUN, batch)

    @cached_property
    def reason(self) -> Any:
        return StatusReason.objects.in_order().first()

    @cached_property
    def mapping(self) -> Any:
        return SavedMapping.objects.create(name="Expo", created_by=self.admin)

    @cached_property
    def source(self) -> Any:
        later = timezone.now() + dt.timedelta(hours=6)
        return ImportSource.objects.create(
            name="Portal", url="https://leads.example/", every_hours=6, created_by=self.admin, next_at=later
        )

    @cached_property
    def read_batch(self) -> Any:
        """An import whose columns are to be named."""
        return self._import("Name,Mobile,City\nImran Khan,90000 99903,Surat\n")

    def _import(self, text: str) -> Any:
        content = text.encode()
        kind = sandbox.kind_of(io.BytesIO(content), len(content))
        batch = importing.accept_file(SimpleUploadedFile("expo.csv", content), kind=kind, by=self.admin)
        return _work_off(importing.READ, batch)

    @cached_property
    def custom_field(self) -> Any:
        choices = [{"key": "1", "name": "Yes", "name_hi": "", "is_active": True}]
        return CustomField.objects.create(name="Visit", kind="choice", number=50, choices=choices)

    @cached_property
    def number(self) -> Any:
        return LeadPhone.objects.create(lead=self.lead, phone="+919000099904", kind="work")

    @cached_property
    def view(self) -> Any:
        return SavedView.objects.create(name="Pune", query="city=Pune", owner=self.telecaller, sharing="organisation")

    @cached_property
    def bulk_job(self) -> Any:
        """An export that is done, with its file."""
        params = {"kind": "csv", "columns": ["name", "phone"]}
        asked: dict[str, Any] = {"by": self.admin, "query": {}, "picked": [self.lead.pk]}
        job = bulk.start(uuid7(), actions()["export"], params, **asked)
        while handler_of(bulk.WORK).run(self.of, job.pk) is not None:
            pass
        return job.reloaded()

    # Values that are words.
    action = "tag"
    state = Campaign.State.RUNNING
    gate = "campaign"
    wanted = "pause"
    signed = "no-such-signature"
    kind = "privacy"
    version = 1
    provider = "simulator"
    leg = "customer"
    part = "hours"
    day = "2026-11-02"
    key = "no-such-key"
    uidb36 = "0"

    @property
    def organisation(self) -> uuid.UUID:
        return self.of.pk


def _work_off(task: str, batch: Any) -> Any:
    handler_of(task).run(batch.organisation, batch.pk)
    batch.refresh_from_db()
    return batch
