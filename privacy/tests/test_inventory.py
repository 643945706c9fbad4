"""What is held, in words; and the record of processing."""

import csv
import io

import pytest

from jini.lib import personal_data
from jini.lib.retention import SCHEDULE, Nature, Rule, Since, period, purge_of
from privacy import inventory
from privacy.models import RetentionRule

URL, RECORD = "/privacy/inventory/", "/privacy/inventory/record.csv"


@pytest.mark.parametrize("url", [URL, RECORD])
def test_admins_and_owners_read_it_and_nobody_else(client_of, admin, owner, manager, telecaller, url):
    assert [client_of(one).get(url).status_code for one in (admin, owner, manager, telecaller)] == [200, 200, 403, 403]
    assert client_of(owner).post(url).status_code == 405


def test_everything_personal_stands_on_the_page(client_of, owner):
    page = client_of(owner).get(URL)

    shown = [line.what for section in page.context["sections"] for line in section.lines]
    declared = [str(table.what) for table in personal_data.tables() if table.is_personal]
    declared += [str(store.what) for store in personal_data.file_stores()]
    assert sorted(shown) == sorted(declared)
    assert "to make calls and prove when and how they were made" in page.content.decode()


def test_it_reads_in_hindi(client_of, owner):
    owner.user.language = "hi"
    owner.user.save()

    page = client_of(owner).get(URL).content.decode()

    assert "लिखे जाने के बाद" in page
    assert "लीड का इतिहास और नोट" in page


def test_it_asks_the_same_queries_whatever_is_held(client_of, owner, django_assert_num_queries):
    client = client_of(owner)
    client.get(URL)

    with django_assert_num_queries(13):
        client.get(URL)


def test_the_record_has_a_row_for_everything(client_of, owner):
    text = b"".join(client_of(owner).get(RECORD).streaming_content).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    names = {row["Name in the program"] for row in rows}
    assert {"leads.Lead.phone", "lead-files", "cache: allauth:rl:", "task"} <= names
    everything = [*personal_data.columns(), *personal_data.file_stores()]
    everything += [*personal_data.cache_keys(), *personal_data.log_fields()]
    assert len(rows) == len(everything)
    password = next(row for row in rows if row["Name in the program"] == "accounts.User.password")
    assert (password["Export"], password["Kept"]) == ("", "until it is replaced or taken back")
    assert "a secret in an export" in password["Remark"]


@pytest.mark.parametrize(
    ("days", "since", "words"),
    [
        (1, Since.CREATED, "1 day after it was written"),
        (396, Since.CONTACT, "396 days after the last contact"),
        (730, Since.LEFT, "2 years after the person leaves the organisation"),
        (0, Since.ENDED, "until the account or the organisation ends"),
    ],
)
def test_a_period_is_said_in_words(days, since, words):
    assert period(Rule("", days, since, Nature.PERSONAL, "")) == words


def test_what_deletes_by_itself_is_marked(db):
    marked = {one.label for one in inventory.periods() if one.is_automatic}

    assert marked == {str(SCHEDULE[key].label) for key in SCHEDULE if purge_of(key)} & {
        one.label for one in inventory.periods()
    }
    # Files of backups are not rows of ours: their script deletes them.
    assert str(SCHEDULE["backups"].label) not in marked


def test_the_page_shows_the_period_that_the_organisation_chose(client_of, admin, scope):
    assert "13 days after it was written" not in client_of(admin).get(URL).content.decode()
    RetentionRule.objects.create(rule="recordings", days=13, changed_by=admin)

    page = client_of(admin).get(URL).content.decode()

    assert "13 days after it was written" in page
    assert page.count("the choice of your organisation") == 1
    # The public table is the same for everybody.
    assert "13 days" not in {one.kept for one in inventory.periods()}
