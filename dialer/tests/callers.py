"""People who call us, in tests: a provider's posts about them, and a worker that does what is due at once."""

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from accounts.models import DueTask, Membership, Organisation
from accounts.tenancy import acting_for
from dialer import tasks
from dialer.calls.line import hook_address
from dialer.models import IncomingCall, IncomingRing, TelephonyAccount
from dialer.providers import simulator
from jini.lib.ids import uuid7
from jini.lib.work import handler_of
from teams.actions.presence import set_presence
from teams.models import Presence

OUR_NUMBER = "+912240000001"


def make_available(*members: Membership) -> None:
    """Let members wait for calls, the first one the longest."""
    now = timezone.now()
    for place, member in enumerate(members):
        set_presence(member, Presence.State.AVAILABLE, at=now - timezone.timedelta(minutes=len(members) - place))


class Caller:
    """Somebody who calls `called` from `phone`, as the simulator's posts tell of it."""

    def __init__(self, organisation: Organisation, phone: str, *, called: str = OUR_NUMBER) -> None:
        self.organisation, self.phone, self.called = organisation, phone, called
        self.token = uuid7()

    @property
    def leg(self) -> str:
        return f"c-{self.token}"

    def arrives(self, **changed: Any) -> Any:
        return self._post("incoming", status="ringing", **changed)

    def hangs_up(self, **changed: Any) -> Any:
        return self._post("incoming/over", status="completed", **changed)

    def row(self) -> IncomingCall:
        with acting_for(self.organisation):
            return IncomingCall.objects.select_related("lead", "answered_by", "follow_up").get(pk=self.token)

    def ring(self) -> IncomingRing:
        """The open ring."""
        with acting_for(self.organisation):
            return IncomingRing.objects.select_related("member").get(incoming=self.token, ended_at=None)

    def rung(self) -> list[Membership]:
        with acting_for(self.organisation):
            return [ring.member for ring in self.row().rings.select_related("member__user").order_by("pk")]

    def _post(self, path: str, **form: Any) -> Any:
        form = {"leg_id": self.leg, "from": self.phone, "to": self.called, "at": timezone.now().isoformat()} | form
        return post(self.organisation, path, **form)


def post(organisation: Organisation, path: str, *, secret: str = "", **form: Any) -> Any:
    """Post to a hook as the simulator does, signed."""
    body = urlencode(form).encode()
    stamp = str(int(timezone.now().timestamp()))
    with acting_for(organisation):
        secret = secret or TelephonyAccount.objects.get(provider="simulator").credentials["secret"]
    url = hook_address("simulator", organisation.pk, path)
    return Client().post(
        url[url.index("/hooks/") :],
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Jini-Timestamp": stamp, "X-Jini-Signature": simulator.signature(secret, stamp, body)},
    )


def tells(ring: IncomingRing, status: str, **more: Any) -> Any:
    """Tell how the leg of a member who is rung stands."""
    form = {"status": status, "leg_id": f"a-{ring.pk}", "at": timezone.now().isoformat()} | more
    return post(ring.organisation, f"{ring.pk}/agent/status", **form)


def picks_up(ring: IncomingRing) -> Any:
    """Let the member answer their phone: the provider asks what to do with them."""
    return post(ring.organisation, f"incoming/{ring.pk}/joining", leg_id=f"a-{ring.pk}")


def asks_at_voicemail(caller: Caller) -> Any:
    return post(caller.organisation, f"incoming/{caller.token}/voicemail", leg_id=caller.leg)


def work(organisation: Organisation, *kinds: str) -> None:
    """Do what is due now, but for the simulator's own posts, until nothing is."""
    wanted = kinds or ("dialer.merge_events", "dialer.incoming_step", "dialer.cancel_ring")
    for _round in range(20):
        due = list(_due(organisation, wanted))
        if not due:
            return
        for task, subject in due:
            DueTask.objects.filter(task=task, subject_id=subject).delete()
            _do(organisation, task, subject)
    raise AssertionError("there is always something due")


def _due(organisation: Organisation, wanted: tuple[str, ...]) -> Iterator[tuple[str, uuid.UUID]]:
    owed = DueTask.objects.filter(organisation_id=organisation.pk, task__in=wanted, due_at__lte=timezone.now())
    return iter(sorted(owed.values_list("task", "subject_id"), reverse=True))


def _do(organisation: Organisation, task: str, subject: uuid.UUID) -> None:
    found = handler_of(task)
    if found.run_together is not None:
        found.run_together(organisation, [subject])
        return
    assert found.run is not None
    again = found.run(organisation, subject)
    if again is not None:
        with acting_for(organisation):
            tasks.work.schedule(task, subject, due_at=again)
