"""Canaries in every text of every table: those of ended organisations are gone, from a restored backup as well."""

from django.core.management import call_command

from jini.tests import canaries
from jini.tests.ending import close
from jini.tests.restoring import back_up, restore

ORGANISATIONS, ENDED = 5, 2


def test_those_of_the_ended_are_gone_and_all_of_the_others_are_there(restorable, tmp_path, ledger, capsys):
    with canaries.files_in(tmp_path):
        founded = [canaries.found_organisation(number) for number in range(ORGANISATIONS)]
        ending, staying = founded[:ENDED], founded[ENDED:]
        planted, before = canaries.found(), canaries.digests(staying)
        assert set(planted) == set(range(ORGANISATIONS))
        assert min(len(tables) for tables in planted.values()) > 80
        files = canaries.found_in_files(tmp_path)
        assert set(files) == set(planted)
        back_up(restorable)

        for organisation in ending:
            assert close(organisation).state == "vault"

        gone_from = {number: tables for number, tables in planted.items() if number >= ENDED}
        assert canaries.found() == gone_from
        assert canaries.digests(staying) == before
        assert canaries.found_in_files(tmp_path, ledger) == {number: files[number] for number in gone_from}

        restore(restorable)
        assert canaries.found() == planted
        call_command("replay_erasures")

        assert f"{ENDED} erased again" in capsys.readouterr().out
        assert canaries.found() == gone_from
        assert canaries.digests(staying) == before
