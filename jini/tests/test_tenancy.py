"""The three layers of the tenant boundary, each proven by removing it."""

import re
import uuid
from contextlib import suppress

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, transaction
from django_scopes import ScopeError, scopes_disabled

from accounts import database
from accounts.models import Membership, Organisation
from accounts.tenancy import (
    NoOrganisation,
    OtherOrganisation,
    across_organisations,
    acting_for,
    ask_alone,
    database_scope,
)
from dialer.tests.factories import make_call
from leads.models import Lead
from leads.tests.factories import make_lead


def alter(statement: str) -> None:
    """Change the schema as the owner, for the rest of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET ROLE NONE")
        cursor.execute(statement)
        cursor.execute("SET ROLE jini_app")


@pytest.fixture
def foreign_lead(rival: Organisation) -> Lead:
    with acting_for(rival):
        return make_lead()


def test_a_query_outside_every_scope_raises(foreign_lead):
    with pytest.raises(ScopeError):
        Lead.objects.filter(pk=foreign_lead.pk).exists()


def test_writing_outside_every_scope_raises(organisation):
    with pytest.raises(NoOrganisation):
        Lead(phone="+919000000009").save()


def test_inside_a_scope_the_rows_of_another_organisation_are_not_found(scope, foreign_lead):
    mine = make_lead()

    assert [lead.pk for lead in Lead.objects.all()] == [mine.pk]
    assert Lead.objects.filter(pk=foreign_lead.pk).update(city="Pune") == 0
    assert Lead.objects.filter(pk=foreign_lead.pk).delete()[0] == 0


def test_a_row_of_another_organisation_is_not_saved(scope, foreign_lead):
    with pytest.raises(OtherOrganisation):
        foreign_lead.save()


def test_without_the_managers_row_level_security_still_hides(scope, foreign_lead):
    make_lead()

    with scopes_disabled():
        assert Lead.objects.filter(pk=foreign_lead.pk).count() == 0
        assert Lead.objects.count() == 1


def test_without_row_level_security_only_the_managers_hide(scope, foreign_lead):
    """The twin: with the second layer taken away, the query of the test above does see the foreign row."""
    make_lead()

    alter("ALTER TABLE leads_lead DISABLE ROW LEVEL SECURITY")

    with scopes_disabled():
        assert Lead.objects.filter(pk=foreign_lead.pk).count() == 1
    assert Lead.objects.filter(pk=foreign_lead.pk).count() == 0


def test_a_connection_that_names_no_organisation_sees_nothing(foreign_lead):
    with scopes_disabled():
        assert Lead.objects.count() == 0


def named_organisation() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('jini.organisation', true), '')")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [None, KeyError])
def test_the_connection_forgets_the_organisation_with_its_transaction(organisation, fault):
    with suppress(KeyError), acting_for(organisation):
        assert named_organisation() == str(organisation.pk)
        if fault:
            raise fault

    assert named_organisation() == ""


def test_the_organisation_is_forgotten_when_the_scope_ends(scope, rival, foreign_lead):
    with acting_for(rival):
        assert Lead.objects.count() == 1

    assert Lead.objects.count() == 0


def test_row_level_security_refuses_a_row_written_for_another_organisation(scope, rival):
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        cursor.execute(
            "INSERT INTO leads_tag (id, organisation_id, name) VALUES (gen_random_uuid(), %s, 'x')", [rival.pk]
        )


def test_the_composite_key_refuses_a_call_to_a_lead_of_another_organisation(scope, telecaller, foreign_lead):
    with pytest.raises(IntegrityError, match="dialer_call_lead_id_within"):
        _call(foreign_lead, telecaller)


def test_without_the_composite_key_the_foreign_lead_is_accepted(scope, telecaller, foreign_lead):
    alter("ALTER TABLE dialer_call DROP CONSTRAINT dialer_call_lead_id_within")

    _call(foreign_lead, telecaller)


def test_search_refuses_the_organisation_of_another_scope(scope, rival, foreign_lead):
    with pytest.raises(ProgrammingError, match="another organisation"), transaction.atomic():
        _search(rival)
    with database_scope(rival.pk):
        assert _search(rival) == [foreign_lead.pk]


def test_looking_for_similar_names_refuses_the_organisation_of_another_scope(scope, rival, foreign_lead):
    with pytest.raises(ProgrammingError, match="another organisation"), transaction.atomic():
        _similar(rival)
    with database_scope(rival.pk):
        assert _similar(rival) == [foreign_lead.pk]


def test_looking_for_a_city_refuses_the_organisation_of_another_scope(scope, rival, foreign_lead):
    with acting_for(rival):
        Lead.objects.filter(pk=foreign_lead.pk).update(city="Satara")
    with pytest.raises(ProgrammingError, match="another organisation"), transaction.atomic():
        _in_city(rival)
    with database_scope(rival.pk):
        assert _in_city(rival) == [foreign_lead.pk]


def test_search_outside_every_scope_is_refused(rival, foreign_lead):
    with pytest.raises(ProgrammingError, match="another organisation"), transaction.atomic():
        _search(rival)


def test_without_its_guard_search_reaches_another_organisation(scope, rival, foreign_lead):
    """The twin: the policy does not bind the role that search works as, so the guard is all there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('leads_search_words'::regproc)")
        definition = cursor.fetchone()[0]
    guard = re.compile(r"IF p_organisation IS DISTINCT FROM.*?END IF;", re.DOTALL)

    alter(guard.sub("", definition, count=1))

    assert _search(rival) == [foreign_lead.pk]


def test_the_role_of_the_search_can_do_nothing_else(db):
    """It reads a few columns, nobody works as it, and only the application calls its function."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolsuper, rolbypassrls, (SELECT count(*) FROM pg_auth_members m WHERE m.roleid = r.oid)"
            " FROM pg_roles r WHERE rolname = 'jini_search'"
        )
        assert cursor.fetchone() == (False, False, False, 0)
        cursor.execute(
            "SELECT a.attrelid::regclass::text, a.attname, p.privilege_type FROM pg_attribute a, aclexplode(a.attacl) p "
            "WHERE p.grantee = 'jini_search'::regrole AND NOT a.attisdropped ORDER BY 1, 2"
        )
        assert cursor.fetchall() == [
            ("leads_lead", "assigned_to_id", "SELECT"),
            ("leads_lead", "city", "SELECT"),
            ("leads_lead", "created_at", "SELECT"),
            ("leads_lead", "custom", "SELECT"),
            ("leads_lead", "deleted_at", "SELECT"),
            ("leads_lead", "email", "SELECT"),
            ("leads_lead", "id", "SELECT"),
            ("leads_lead", "name", "SELECT"),
            ("leads_lead", "organisation_id", "SELECT"),
            ("leads_lead", "phone", "SELECT"),
            ("leads_lead", "search_text", "SELECT"),
            ("leads_leadphone", "lead_id", "SELECT"),
            ("leads_leadphone", "organisation_id", "SELECT"),
            ("leads_leadphone", "phone", "SELECT"),
        ]
        cursor.execute(
            "SELECT p.proname, grantee::regrole::text FROM pg_proc p, aclexplode(p.proacl) "
            "WHERE p.proowner = 'jini_search'::regrole ORDER BY 1, 2"
        )
        assert cursor.fetchall() == [
            (name, role)
            for name in ("leads_holding", "leads_in_city", "leads_likely", "leads_search_words", "leads_similar")
            for role in ("jini_app", "jini_search")
        ]


def _search(organisation: Organisation) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(leads_search_words(%s, %s, 10))", [organisation.pk, ["lead"]])
        return [row[0] for row in cursor.fetchall()]


def _similar(organisation: Organisation) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(leads_similar(%s, %s, NULL, true, 10))", [organisation.pk, ["leed"]])
        return [row[0] for row in cursor.fetchall()]


def _in_city(organisation: Organisation) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(leads_in_city(%s, 'satara', 10))", [organisation.pk])
        return [row[0] for row in cursor.fetchall()]


def test_every_tenant_table_is_behind_the_boundary(db):
    assert database.faults() == []


def test_a_table_without_its_policy_is_a_fault(db):
    alter("ALTER TABLE leads_tag NO FORCE ROW LEVEL SECURITY")

    assert database.faults() == ["leads_tag lacks forced row-level security"]


@pytest.mark.parametrize("whom", ["jini_app", "PUBLIC"])
def test_a_policy_beside_the_tables_own_is_a_fault(db, whom):
    alter(f"CREATE POLICY leads_tag_all ON leads_tag TO {whom} USING (true)")

    assert database.faults() == ["leads_tag lacks a policy that stands alone"]


def test_a_policy_for_search_alone_does_not_pass_for_the_tables_own(db):
    alter("DROP POLICY leads_lead_organisation ON leads_lead")

    assert database.faults() == ["leads_lead lacks its policy"]


def test_scopes_nest_and_return(organisation, rival):
    with acting_for(organisation):
        with database_scope(rival.pk):
            assert _named() == str(rival.pk)
        assert _named() == str(organisation.pk)
    assert _named() == ""


def _named() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('jini.organisation', true)")
        return cursor.fetchone()[0]


@transaction.atomic
def _call(lead: Lead, telecaller: Membership) -> None:
    make_call(lead, telecaller)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


KEEP = "dialer_keep_event(%s, %s, 'simulator', 'key', %s, 'agent', '{}', now(), %s)"


def test_a_question_asked_alone_is_bound_to_its_organisation(organisation, rival):
    ids = [uuid.uuid4() for _ in range(3)]

    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        ask_alone(organisation.pk, KEEP, [ids[0], rival.pk, ids[1], ids[2]])

    assert ask_alone(organisation.pk, KEEP, [ids[0], organisation.pk, ids[1], ids[2]]) is True


@pytest.mark.django_db(transaction=True)
def test_a_question_asked_alone_names_nobody_to_the_next_one(organisation):
    ask_alone(organisation.pk, KEEP, [uuid.uuid4(), organisation.pk, uuid.uuid4(), uuid.uuid4()])

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM dialer_callevent")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_question_asked_alone_outlives_its_connection(organisation):
    asked = [uuid.uuid4(), organisation.pk, uuid.uuid4(), uuid.uuid4()]
    ask_alone(organisation.pk, KEEP, asked)
    pid = connection.connection.info.backend_pid
    connection.connection.close()

    # The same event again: it was kept before the connection broke.
    assert ask_alone(organisation.pk, KEEP, asked) is False
    assert connection.connection.info.backend_pid != pid


@pytest.mark.django_db(transaction=True)
def test_a_question_that_takes_too_long_is_not_asked_again(organisation):
    ask_alone(organisation.pk, "true", [])
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '50ms'")
    pid = connection.connection.info.backend_pid

    try:
        with pytest.raises(OperationalError, match="statement timeout"):
            ask_alone(organisation.pk, "pg_sleep(%s) IS NULL", [10])
        assert connection.connection.info.backend_pid == pid
    finally:
        connection.close()


def test_outside_the_managers_boundary_the_database_still_shows_nothing(foreign_lead):
    with across_organisations("to see that nothing is seen"):
        assert Lead.objects.count() == 0
    with pytest.raises(ValueError, match="say why"), across_organisations(""):
        pass
    with pytest.raises(ScopeError):
        Lead.objects.count()
