"""Erasing an organisation whose account has ended: nothing of it is left but what a law keeps, sealed until its day."""

import datetime as dt
import json
import zlib
from pathlib import Path

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core import mail
from django.core.files.base import ContentFile
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.database import tenant_models
from accounts.models import DueTask, Membership, Organisation, User
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from dialer.models import Recording
from dialer.tests.factories import make_call
from dialer.tests.recordings import make_recording
from jini.lib.encryption import decrypt
from jini.tests import canaries
from jini.tests.kept_things import end_account
from jini.tests.walking import Scene
from leads.models import Lead, LeadFile
from leads.tests.factories import make_lead
from leads.tests.importing import storage  # noqa: F401 -- a fixture
from privacy import emptying, ledger, leftovers, vault
from privacy.actions import cancelling, deleting_account, ending
from privacy.actions.holding import Kept, place_hold
from privacy.actions.replaying import Outcome
from privacy.models import AccountDeletion, Cancellation, DoNotCall, VaultRecord

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.usefixtures("storage")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def filled(organisation, telecaller, admin):
    with acting_for(organisation):
        Scene(organisation, telecaller, admin).fill()
    return organisation


def step(made):
    return ending.take_step(Organisation.objects.get(pk=made.organisation_id), made.pk)


def fresh(made):
    with acting_for(made.organisation):
        return Cancellation.objects.get(pk=made.pk)


def until_its_day(organisation, clock):
    """A cancellation whose time to think it over has just run out, with every notice sent and no hold."""
    owner = organisation.memberships.get(role="owner")
    with acting_for(organisation):
        connection.cursor().execute("DELETE FROM privacy_legalhold")
        connection.cursor().execute("UPDATE dialer_call SET ended_at = %s WHERE ended_at IS NULL", [timezone.now()])
        connection.cursor().execute(
            "UPDATE dialer_incomingcall SET ended_at = %s WHERE ended_at IS NULL", [timezone.now()]
        )
        made = cancelling.ask_to_cancel(reason="We close", by=owner)
    clock.shift(DAY)
    step(made)
    clock.move_to(fresh(made).ends_at - 2 * DAY)
    step(made)
    clock.move_to(fresh(made).ends_at)
    # The database has a clock of its own.
    end_account(organisation, 2020)
    return fresh(made)


def go_on(made):
    while (again := step(made)) is not None and again <= timezone.now():
        pass
    return again


def close(organisation, clock):
    made = until_its_day(organisation, clock)
    go_on(made)
    return fresh(made)


def counts_of(organisation):
    with acting_for(organisation), connection.cursor() as cursor:
        found = {}
        for model in tenant_models():
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            found[model._meta.label] = cursor.fetchone()[0]
        return found


def test_canaries_of_the_closed_one_are_gone_everywhere_and_all_of_the_other_are_there(filled, rival, outsider, clock):
    with acting_for(rival):
        Scene(rival, outsider, outsider).fill()
    canaries.plant(filled, 1)
    canaries.plant(rival, 2)
    planted = canaries.found()
    assert len(planted[1]) > 50
    before = counts_of(rival)

    made = close(filled, clock)

    assert (made.state, made.found) == ("vault", {})
    assert canaries.found() == {2: planted[2]}
    assert counts_of(rival) == before
    left = {label for label, count in counts_of(filled).items() if count}
    assert left == {"privacy.Cancellation", "privacy.VaultRecord"}
    assert not Membership.objects.filter(organisation=filled).exists()
    assert set(DueTask.objects.filter(organisation=filled).values_list("task", flat=True)) <= {
        cancelling.CANCEL,
        ending.CERTIFY,
    }
    stub = Organisation.objects.get(pk=filled.pk)
    assert (stub.state, stub.name, stub.phone, stub.pan) == ("closed", "", "", "")


PLAN = emptying.plan()


def test_what_is_left_is_told_and_tried_again(filled, clock, monkeypatch, django_user_model):
    django_user_model.objects.create_superuser("operator@mail.example", "secret secret")
    made = until_its_day(filled, clock)
    monkeypatch.setattr(emptying, "plan", lambda: tuple(each for each in PLAN if each.label != "leads.Tag"))

    assert go_on(made) == timezone.now() + ending.LOOK_AGAIN
    assert (fresh(made).state, fresh(made).found) == ("erasing", {"leads_tag": 1})
    while run_due("default"):
        pass
    assert "leads_tag: 1" in next(sent.body for sent in mail.outbox if sent.to == ["operator@mail.example"])

    monkeypatch.undo()
    go_on(made)
    assert (fresh(made).state, fresh(made).found) == ("vault", {})


def test_a_worker_may_die_in_every_step(filled, clock, monkeypatch):
    expected = {label: count for label, count in counts_of(filled).items() if count}
    made = until_its_day(filled, clock)
    take, calls = emptying.Step.take, iter(range(10**6))

    def dying(self, ids):
        done = take(self, ids)
        if next(calls) % 2 == 0:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(emptying.Step, "take", dying)
    while fresh(made).state != "vault":
        try:
            step(made)
        except KeyboardInterrupt:
            continue

    erased = fresh(made).certificate["erased"]
    for label in ("leads.Lead", "leads.Activity", "dialer.CallEvent", "teams.Presence"):
        if label in expected:
            assert erased[label] == expected[label]


def test_files_go_with_their_rows(organisation, telecaller, clock):
    with acting_for(organisation):
        lead = make_lead()
        kept = LeadFile.objects.create(
            lead=lead, name="a.pdf", file=ContentFile(b"x", "x.pdf"), bytes=1, content_type="application/pdf",
            sha256="0" * 64, added_by=telecaller, added_at=timezone.now(),
        )  # fmt: skip
        recording = make_recording(make_call(lead, telecaller, talk=30))
        sound = Path(Recording._meta.get_field("file").model.objects.get(pk=recording.pk).file)
    path = Path(kept.file.path)
    assert path.exists()

    close(organisation, clock)

    assert not path.exists()
    assert not sound.exists()


def test_what_a_law_keeps_is_sealed_and_cannot_be_read(filled, clock):
    made = close(filled, clock)

    with acting_for(filled):
        sealed = dict(VaultRecord.objects.values_list("model", "rule"))
        assert sealed["accounts.AuditEntry"] == "security"
        assert "privacy.DoNotCall" not in sealed
        assert "accounts.Organisation" not in sealed
        for statement in ("SELECT sealed FROM privacy_vaultrecord", "UPDATE privacy_vaultrecord SET rows = 0"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                connection.cursor().execute(statement)
        assert made.vault_key not in json.dumps(
            list(VaultRecord.objects.values("model", "rule", "destroy_after")), default=str
        )


def test_only_the_key_opens_it(monkeypatch, filled, clock):
    texts = []
    made = until_its_day(filled, clock)
    sealing = vault.encryption.seal
    monkeypatch.setattr(vault.encryption, "seal", lambda key, text: texts.append(sealing(key, text)) or texts[-1])
    go_on(made)

    key = fresh(made).vault_key
    rows = [row for text in texts for row in json.loads(zlib.decompress(Fernet(key).decrypt(text.encode())))]
    assert any(row.get("verb") == "cancellation.erasing" for row in rows)
    with pytest.raises(Exception, match="FIELD_KEYS"):
        decrypt(texts[0])


def test_from_may_2027_the_law_keeps_the_profile_for_a_year(filled, clock):
    clock.move_to(dt.datetime(2027, 6, 1, 9, 0, tzinfo=dt.UTC))
    made = close(filled, clock)

    profile = next(one for one in made.certificate["sealed"] if one["model"] == "accounts.Organisation")
    assert "rule 8(3)" in profile["law"]
    assert dt.datetime.fromisoformat(profile["until"]) - made.ended_at < 367 * DAY
    assert "accounts.Membership" in {one["model"] for one in made.certificate["sealed"]}


def test_each_record_goes_on_its_day_and_in_the_end_everything(filled, clock):
    made = close(filled, clock)
    run_due("default")
    final = dt.datetime.fromisoformat(made.certificate["final"])

    again = step(made)
    while again is not None:
        with acting_for(filled):
            assert not VaultRecord.objects.filter(destroy_after__lte=timezone.now()).exists()
        clock.move_to(again)
        again = step(made)

    assert timezone.now() >= final
    assert not Organisation.objects.filter(pk=filled.pk).exists()


def test_the_certificate_says_what_was_counted_and_goes_by_mail(client, filled, clock):
    before = counts_of(filled)
    owner = filled.memberships.get(role="owner").user.email
    made = close(filled, clock)
    while run_due("default"):
        pass

    message = next(sent for sent in mail.outbox if sent.to == [owner] and "/certificates/" in sent.body)
    link = next(line for line in message.body.splitlines() if "/certificates/" in line)
    page = client.get(link[link.index("/certificates/") :]).content.decode()
    assert made.certificate["sha256"] in page
    assert made.certificate["erased"]["leads.Lead"] == before["leads.Lead"]
    assert "Sealed, since a law keeps it" in page
    assert fresh(made).contacts is None
    assert client.get("/certificates/" + "x" * 40 + "/").status_code == 404
    assert client.get(link[link.index("/certificates/") :].replace(":", "x:", 1)).status_code == 404


def test_nobody_comes_in_once_erasing_has_begun(client_of, filled, owner, clock):
    made = until_its_day(filled, clock)
    step(made)

    assert client_of(owner).post("/settings/organisation/cancel/undoing/").status_code == 403
    with acting_for(filled):
        assert not cancelling.undo(made, by=owner)


def test_a_hold_at_the_last_moment_stops_it(filled, owner, clock):
    made = until_its_day(filled, clock)
    with acting_for(filled):
        place_hold(Kept(scope="organisation"), reason="Case 12", until=None, by=owner)

    step(made)

    assert fresh(made).state == "grace"
    with acting_for(filled):
        assert Lead.objects.exists()


def test_what_the_database_does_not_let_go_is_found_and_told_and_nothing_hangs(filled, clock, monkeypatch):
    made = until_its_day(filled, clock)
    monkeypatch.setattr(emptying, "_purge_audit", lambda ids: 0)

    assert go_on(made) == timezone.now() + ending.LOOK_AGAIN

    assert fresh(made).state == "erasing"
    assert fresh(made).found["accounts_auditentry"] > 0
    assert fresh(made).found["accounts_membership"] > 0
    assert len(fresh(made).values["users"]) == filled.memberships.count()


def test_the_look_goes_by_the_catalogue(filled):
    with acting_for(filled):
        found = dict(leftovers.look(filled.pk, {"emails": []}))

    assert found["leads_lead"] > 0
    assert "accounts_membership" in found
    assert leftovers.looked_through()["tables"] > 80


def test_a_restored_backup_is_erased_again(filled, clock):
    made = until_its_day(filled, clock)
    go_on(made)
    entry = next(each for each in ledger.read().entries if each.subject == filled.pk)
    with acting_for(filled):
        Cancellation.objects.all().delete()
        VaultRecord.objects.all()._raw_delete("default")
        Organisation.objects.filter(pk=filled.pk).update(state="active", name="Back again")
        DoNotCall.objects.create(phone="+919812345670", source="agent")
    # Of a time that the database's own clock has behind it, as every restore is.
    clock.move_to(NOW.replace(year=2025))

    assert ending.erase_again(entry) == Outcome.ERASED
    assert ending.erase_again(entry) == Outcome.ABSENT

    assert Organisation.objects.get(pk=filled.pk).name == ""
    assert {label for label, count in counts_of(filled).items() if count} <= {
        "privacy.Cancellation",
        "privacy.VaultRecord",
    }


def test_people_without_another_organisation_are_forgotten_and_others_stay(filled, rival, telecaller, admin, clock):
    Membership.objects.create(organisation=rival, user=admin.user)
    email = telecaller.user.email

    close(filled, clock)

    gone, stays = (User.objects.get(pk=member.user_id) for member in (telecaller, admin))
    assert (gone.display_name, gone.is_active, gone.has_usable_password()) == ("An erased account", False, False)
    assert not User.objects.filter(email=email).exists()
    assert stays.email == admin.user.email
    assert stays.is_active


def test_an_account_that_is_deleted_meanwhile_gets_to_its_end(filled, telecaller, clock):
    now = timezone.now()
    begun = {"noted": True, "members": [str(telecaller.pk)]}
    told = {"told_at": now, "warned_at": now, "values": {}}
    # Somebody had written of a person who deleted their account before.
    before = AccountDeletion.objects.create(
        user=telecaller.user, state="done", due_at=now, next_at=now, ended_at=now, found={str(filled.pk): {"x": 1}}
    )

    close(filled, clock)

    before.refresh_from_db()
    assert before.found == {}
    deletion = AccountDeletion.objects.create(
        user=telecaller.user, state="erasing", cursor=begun, due_at=now, next_at=now, **told
    )
    for _step in range(3):
        deleting_account.take_step(deletion.pk)

    deletion.refresh_from_db()
    assert (deletion.state, deletion.found) == ("erased", {})
