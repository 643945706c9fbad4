"""What is written once goes with the account of its organisation, when that has ended and no day before."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import AuditEntry
from accounts.tenancy import acting_for
from jini.tests.kept_things import end_account
from leads.actions.consents import Said, note_consent
from leads.models import Consent
from leads.tests.factories import make_lead
from privacy.contact_facts import Channel, Purpose


def purged(ids):
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_purge_audit(%s::uuid[])", [[str(each) for each in ids]])
        return cursor.fetchone()[0]


def test_entries_of_the_log_go_by_their_function_alone_and_once_the_account_has_end_account(organisation, owner):
    with acting_for(organisation):
        ids = list(AuditEntry.objects.values_list("pk", flat=True))
        with pytest.raises(ProgrammingError), transaction.atomic():
            AuditEntry.objects.all().delete()
        assert purged(ids) == 0
        end_account(organisation, 2999)
        assert purged(ids) == 0
        end_account(organisation, 2020)
        assert purged(ids) == len(ids) > 0


def delete_and_look():
    Consent.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_proofs_of_consent_go_before_their_leads_once_the_account_has_end_account(organisation, manager):
    with acting_for(organisation):
        said = Said(Purpose.SERVICE, Channel.CALL, Consent.State.GIVEN, Consent.Source.CALL)
        note_consent(make_lead(), said, by=manager)
        end_account(organisation, 2999)
        with pytest.raises(IntegrityError, match="consent_stays"), transaction.atomic():
            delete_and_look()
        end_account(organisation, 2020)
        delete_and_look()
        assert not Consent.objects.exists()
