"""The import wizard, pressed through in Chromium by a manager at the desk and on a phone."""

import pytest

from accounts.models import Organisation
from accounts.permissions import Role
from accounts.tasks import run_due
from accounts.tenancy import acting_for
from accounts.tests.factories import make_member, make_organisation
from jini.tests.browsing import DESKTOP, PHONE, Visit
from leads.models import ImportBatch, Lead
from leads.tests.importing import storage  # noqa: F401 -- a fixture

LIST = "Name,Mobile,City\nKavita Rao,90000 00022,Pune\nराजेश गुप्ता,९०००० ०००२३,पुणे\nBhavna Shah,9000,Nashik\n"

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("storage")]


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_from_the_file_to_the_new_leads(transactional_db, visit: Visit, width, tmp_path):
    organisation: Organisation = make_organisation("Kiran Rooftop Solar")
    manager = make_member(organisation, Role.MANAGER, first_name="Meera", last_name="Iyer")
    file = tmp_path / "expo.csv"
    file.write_text(LIST)
    tab = visit(manager, width=width)

    page = tab.open("/imports/")
    page.get_by_role("link", name="Import leads").first.click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("heading", name="Reading the file").wait_for()
    assert run_due("bulk") == 1

    # The page asks every second and goes on by itself.
    page.get_by_role("heading", name="Columns of the file").wait_for()
    assert page.get_by_label("Mobile").input_value() == "phone"
    page.get_by_label("Source").fill("Expo")
    page.get_by_role("button", name="Look ahead").click()
    page.get_by_text("Checking every row").first.wait_for()
    assert run_due("bulk") == 1
    page.get_by_role("button", name="Import 2 rows").click()
    page.get_by_role("button", name="Stop the import").wait_for()
    assert run_due("bulk") == 1
    page.get_by_role("link", name="Show the new leads").click()
    page.get_by_role("link", name="राजेश गुप्ता").wait_for()

    with acting_for(organisation):
        assert set(Lead.objects.values_list("name", "source")) == {("Kavita Rao", "Expo"), ("राजेश गुप्ता", "Expo")}
        batch = ImportBatch.objects.get()
    page = tab.open(f"/imports/{batch.pk}/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download errors.csv").click()
    assert "Bhavna Shah" in download.value.path().read_text()
    page.get_by_text("Undo the import…").click()
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("heading", name="Undoing").wait_for()
    assert run_due("bulk") == 1
    page.get_by_text("The import is undone").wait_for()
    with acting_for(organisation):
        assert not Lead.objects.exists()
    assert tab.complaints == []
    assert tab.strangers == []
