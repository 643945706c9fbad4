"""How JiNi connects to its database."""

from django.db import connection


def test_plans_are_not_compiled_whatever_the_server_is_set_to(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting, source FROM pg_settings WHERE name = 'jit'")

        assert cursor.fetchone() == ("off", "client")
