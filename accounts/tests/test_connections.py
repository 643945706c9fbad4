"""How JiNi connects to its database."""

from django.db import connection


def ask(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def test_plans_are_not_compiled_whatever_the_server_is_set_to(db):
    assert ask("SELECT setting, source FROM pg_settings WHERE name = 'jit'") == [("off", "client")]


def test_plans_are_priced_for_a_disk_without_a_head_whatever_the_server_is_set_to(db):
    assert ask("SELECT setting, source FROM pg_settings WHERE name = 'random_page_cost'") == [("1.1", "client")]


def test_functions_that_price_their_plans_out_of_proportion_are_never_compiled(db):
    """Of whoever connects: poolers pass no options on."""
    found = ask("SELECT proname, 'jit=off' = ANY (proconfig) FROM pg_proc WHERE proconfig::text LIKE '%enable\\_%'")

    assert sorted(found) == [
        ("dialer_claim_next", True),
        ("leads_likely", True),
        ("leads_search_words", True),
        ("leads_similar", True),
    ]
