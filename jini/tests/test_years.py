"""Ten simulated years: whatever goes by itself goes in the night after its time is over, none early, none that is held."""

from jini.lib.purging import purged_rules, purges_of
from jini.tests.canaries import files_in
from jini.tests.years import DAYS, KINDS, Years


def test_the_oracle_knows_every_class_that_goes_by_itself():
    assert {(kind.rule, kind.model) for kind in KINDS} == {
        (purge.rule, purge.model) for rule in purged_rules() for purge in purges_of(rule)
    }
    assert {kind.rule for kind in KINDS} == set(DAYS)


def test_in_ten_years_nothing_goes_early_and_nothing_stays_longer_than_a_day(db, tmp_path):
    years = Years(3, seed=6, together=True)
    with files_in(tmp_path):
        years.live()

    assert all(row.is_gone for row in years.rows)
    assert len(years.rows) == 3 * len(KINDS)
