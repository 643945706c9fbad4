"""Erasing an organisation whose account has ended: step by step, looked after, certified, its vault emptied in time."""

import datetime as dt
import logging
import uuid
from typing import Any

from django.utils import timezone

from accounts import audit
from accounts.actions.forgetting import shut_account, strip_account
from accounts.models import Membership, Organisation, User
from accounts.tenancy import acting_for
from accounts.work import schedule
from jini.lib import closing, encryption
from jini.lib.retention import SCHEDULE
from privacy import certificates, emptying, ledger, leftovers, vault
from privacy.actions import cancelling
from privacy.actions.deleting_account import blank_acceptances
from privacy.actions.replaying import Outcome
from privacy.ledger import Entry, Kind
from privacy.models import AccountDeletion, Cancellation

logger = logging.getLogger(__name__)
CERTIFY, ALARM = "privacy.send_certificate", "privacy.cancellation_alarm"
LOOK_AGAIN = dt.timedelta(hours=1)
State = Cancellation.State


def take_step(organisation: Organisation, cancellation_id: uuid.UUID) -> dt.datetime | None:
    """Take one step in one transaction; return when to come again, None when nothing more is owed.

    A worker may die between any two statements: what a step did and where the next one begins are committed together.
    """
    with acting_for(organisation):
        row = Cancellation.objects.select_for_update().filter(pk=cancellation_id).first()
        if row is None or row.state == State.WITHDRAWN:
            return None
        if row.is_early:
            later = cancelling.think_over(row)
            if later is None:
                begin(row)
            return later or timezone.now()
        if row.state == State.ERASING:
            return _erase_some(row)
        return _keep_vault(row)


def begin(row: Cancellation) -> None:
    """Let nobody in any more, take back what is owed, and start with the first table."""
    now = timezone.now()
    everybody = Membership.objects.of(row.organisation_id).select_related("user")
    row.contacts = [[each.user.email, each.user.language] for each in everybody.active() if each.role == "owner"]
    row.values = _people_who_go(row)
    row.vault_key, row.reason = encryption.new_key(), ""
    row.state, row.cursor = State.ERASING, _from_the_start()
    if kept := vault.keeping("accounts.Organisation"):
        vault.seal(kept, [row.organisation_id], row.vault_key)
    row.counts = {"elsewhere": closing.left_elsewhere()}
    row.save()
    # Before anything goes: a backup that is restored is to be erased again.
    ledger.note(Kind.ORGANISATION, row.organisation_id, organisation=row.organisation_id, by=row.asked_member)
    everybody.active().update(deactivated_at=now)
    emptying.owes_no_more(cancelling.CANCEL)
    audit.record("cancellation.erasing", by=None, subject=row)


def _people_who_go(row: Cancellation) -> dict[str, list[str]]:
    """Return who belongs to no other organisation, and their addresses; who runs this installation stays."""
    elsewhere = Membership.objects.exclude(organisation=row.organisation_id).values("user")
    mine = Membership.objects.filter(organisation=row.organisation_id).values("user")
    people = User.objects.filter(pk__in=mine, is_superuser=False, is_staff=False).exclude(pk__in=elsewhere)
    found = list(people.order_by("pk").values_list("pk", "email"))
    return {"users": [str(pk) for pk, _email in found], "emails": [email for _pk, email in found]}


def _let_people_go(row: Cancellation) -> None:
    """Take out of their accounts who they were. Proofs of what they accepted stay, about somebody without a name."""
    for user in User.objects.filter(pk__in=(row.values or {}).get("users", [])).select_for_update():
        if Membership.objects.filter(user=user).exclude(organisation=row.organisation_id).exists():
            # Somebody let them in meanwhile.
            row.values = {
                name: [each for each in told if each not in {str(user.pk), user.email}]
                for name, told in row.values.items()
            }
            continue
        shut_account(user)
        strip_account(user.pk)
        blank_acceptances(user.pk)


def _forget_in_deletions(organisation: str) -> None:
    """Take the organisation out of what was found of people who had deleted their accounts: nothing of it is left there."""
    for deletion in AccountDeletion.objects.filter(found__has_key=organisation).select_for_update():
        del deletion.found[organisation]
        deletion.save(update_fields=["found"])


def _from_the_start() -> dict[str, Any]:
    return {"step": 0, "after": str(emptying.FIRST)}


def _erase_some(row: Cancellation) -> dt.datetime:
    """Deal with some rows of one table; after the last table, look for what is left."""
    steps, place = emptying.plan(), row.cursor["step"]
    if place >= len(steps):
        return _look(row)
    step, after = steps[place], uuid.UUID(row.cursor["after"])
    if ids := step.some(after):
        kept = None if step.loosen else vault.keeping(step.label)
        sealed = vault.seal(kept, ids, row.vault_key) if kept else 0
        done = step.take(ids)
        if not done:
            # The database lets none of them go, and what they refer to must stay as long: people are told by the look.
            row.cursor = {"step": len(steps), "after": str(emptying.FIRST)}
        elif not step.loosen:
            _count(row, step.label, done, sealed)
            row.cursor |= {"after": str(ids[-1])}
    elif after != emptying.FIRST:
        # Once more from the first row: something may have been written meanwhile.
        row.cursor |= {"after": str(emptying.FIRST)}
    else:
        row.cursor = {"step": place + 1, "after": str(emptying.FIRST)}
    row.save(update_fields=["cursor", "counts"])
    return timezone.now()


def _count(row: Cancellation, model: str, done: int, sealed: int) -> None:
    for what, more in (("erased", done), ("sealed", sealed)):
        if more:
            counted = dict(row.counts.get(what, {}))
            counted[model] = counted.get(model, 0) + more
            row.counts = row.counts | {what: counted}


def _look(row: Cancellation) -> dt.datetime:
    """Look independently for what is left; nothing, and it is certified, else it is erased again and people are told."""
    _let_people_go(row)
    _forget_in_deletions(str(row.organisation_id))
    row.found = dict(leftovers.look(row.organisation_id, row.values or {}))
    if row.found:
        logger.error("cancellation.leftovers", extra={"count": sum(row.found.values())})
        row.cursor = _from_the_start()
        row.save(update_fields=["found", "cursor"])
        schedule(ALARM, row.pk)
        return timezone.now() + LOOK_AGAIN
    now = timezone.now()
    row.certificate = certificates.write(row, sealed=vault.contents(), at=now)
    row.state, row.values, row.cursor, row.ended_at = State.VAULT, None, {}, now
    row.save()
    organisation = Organisation.objects.get(pk=row.organisation_id)
    blank = dict.fromkeys(("name", "phone", "address", "city", "region", "pin", "gstin", "pan"), "")
    for name, value in {**blank, "state": Organisation.State.CLOSED, "ends_at": None, "is_demo": False}.items():
        setattr(organisation, name, value)
    organisation.save()
    schedule(CERTIFY, row.pk)
    return now


def _keep_vault(row: Cancellation) -> dt.datetime | None:
    """Destroy what is due; when the vault is empty, its key; when the certificate's own time is over, all that is left."""
    vault.destroy_due()
    if later := vault.next_day():
        return later
    if row.state == State.VAULT:
        row.state, row.vault_key = State.CLOSED, ""
        row.save(update_fields=["state", "vault_key"])
    forgotten_at: dt.datetime = (row.ended_at or timezone.now()) + dt.timedelta(days=SCHEDULE["acceptances"].days)
    if row.contacts or timezone.now() < forgotten_at:
        return max(forgotten_at, timezone.now() + LOOK_AGAIN)
    emptying.forget_organisation()
    return None


def send_certificate(organisation: Organisation, cancellation_id: uuid.UUID) -> None:
    """Mail the certificate to who owned the organisation, and forget their addresses.

    A worker that dies in between sends it twice: better than not at all.
    """
    with acting_for(organisation):
        row = Cancellation.objects.filter(pk=cancellation_id).first()
    if row is None or not row.contacts:
        return
    certificates.mail(row)
    with acting_for(organisation):
        Cancellation.objects.filter(pk=cancellation_id).update(contacts=None)


def sound_alarm(organisation: Organisation, cancellation_id: uuid.UUID) -> None:
    """Tell whoever runs this installation that something is left of an organisation that was to be erased."""
    with acting_for(organisation):
        row = Cancellation.objects.filter(pk=cancellation_id, state=State.ERASING).first()
    if row is not None and row.found:
        certificates.mail_alarm(row)


def erase_again(entry: Entry) -> Outcome:
    """Erase an organisation that a restored backup brought back, at once: its time to think it over is long past."""
    organisation = Organisation.objects.filter(pk=entry.subject).exclude(state=Organisation.State.CLOSED).first()
    if organisation is None:
        return Outcome.ABSENT
    with acting_for(organisation):
        row = cancelling.current() or Cancellation(asked_member=entry.by or organisation.pk)
        if row.state != State.ERASING:
            now = timezone.now()
            row.begun_at, row.ends_at, row.warned_at = row.begun_at or now, now, row.warned_at or now
            row.save()
            organisation.state, organisation.ends_at = Organisation.State.CANCELLED, now
            organisation.save(update_fields=["state", "ends_at"])
            begin(row)
        schedule(cancelling.CANCEL, row.pk)
    while (again := take_step(organisation, row.pk)) is not None:
        if again > timezone.now():
            break
    with acting_for(organisation):
        return Outcome.OWED if Cancellation.objects.filter(pk=row.pk, state=State.ERASING).exists() else Outcome.ERASED
