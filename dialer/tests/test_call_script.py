"""A script in a call: the language that fits, one press for each answer, back again, and what is kept of it."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tenancy import acting_for
from dialer.actions.scripts import NoScript, go_back, press, save_script
from dialer.models import Call, CallScript, DialerSettings, ScriptVersion
from dialer.scripts.content import END, Answer, Content, Objection, Step
from dialer.scripts.course import course_of
from dialer.tests.factories import give_script, make_call, make_campaign, make_entry
from leads.models import CustomField
from leads.tests.factories import make_lead
from privacy.models import ContactPolicy

LIVE = {"ended_at": None, "closed_at": None, "wrap_up_seconds": None, "ring_seconds": None, "status": "in-progress"}


def content(opening="Namaste {{first_name}} ji."):
    steps = [
        Step("s1", "Opening", opening, [Answer("Yes", "s2"), Answer("No", END)]),
        Step("s2", "Visit", "Shall we come to {{city}}?", [Answer("Gladly", "s3"), Answer("What was that?", "s1")]),
        Step("s3", "Thanks", "Thank you."),
    ]
    objections = [Objection("Too dear", "It pays, {{first_name}}."), Objection("At home", "I ask my family")]
    return Content(steps, objections)


@pytest.fixture
def campaign(scope, telecaller):
    return make_campaign(telecaller)


@pytest.fixture
def script(campaign):
    return give_script(campaign, content())


@pytest.fixture
def call(campaign, script, telecaller):
    lead = make_lead(assigned_to=telecaller, name="Suresh Patil", city="Pune")
    return make_call(lead, telecaller, campaign=campaign, **LIVE)


def pressed(client, call, step, answer, **headers):
    version = ScriptVersion.objects.order_by("-number").first()
    form = {"version": version.pk, "step": step, "answer": answer}
    return client.post(reverse("dialer:call_script", args=[call.pk]), form, headers=headers)


def panel(client, call):
    return client.get(reverse("dialer:panel", args=[call.lead_id])).content.decode()


def path(call):
    return [(row["step"], row["answer"]) for row in CallScript.objects.get(call=call).path]


@pytest.mark.parametrize(
    ("of_lead", "of_organisation", "languages", "chosen"),
    [
        ("hi", "en", ["en", "hi"], "hi"),
        ("", "en", ["en", "hi"], "en"),
        ("", "hi", ["en", "hi"], "hi"),
        ("ta", "hi", ["en", "hi"], "hi"),
        ("ta", "en", ["hi"], "hi"),
        ("hi", "hi", [], None),
    ],
)
def test_the_leads_language_chooses_then_that_of_the_organisation(
    campaign, telecaller, of_lead, of_organisation, languages, chosen
):
    DialerSettings.objects.update(language=of_organisation)
    for language in languages:
        give_script(campaign, content(), language=language)
    call = make_call(make_lead(assigned_to=telecaller, language=of_lead), telecaller, campaign=campaign, **LIVE)

    course = course_of(call, telecaller)

    assert (course.language if course else None) == chosen


def test_an_answer_shows_the_next_step_and_a_reload_stays_there(client_of, telecaller, call):
    client = client_of(telecaller)
    assert "Namaste <mark>Suresh</mark> ji." in panel(client, call)

    fragment = pressed(client, call, "s1", 0, **{"HX-Request": "true"}).content.decode()

    assert "Shall we come to <mark>Pune</mark>?" in fragment
    assert "hx-preserve" not in fragment
    assert "Shall we come to <mark>Pune</mark>?" in panel(client, call)
    # Without script it is a form like any other.
    assert pressed(client, call, "s2", 0).url == reverse("leads:lead", args=[call.lead_id])
    assert path(call) == [("s1", 0), ("s2", 0)]


def test_what_asks_for_the_panel_leaves_the_script_as_it_is(client_of, telecaller, call):
    part = BeautifulSoup(panel(client_of(telecaller), call), "html.parser").select_one(f"#script-{call.pk}")

    assert part.has_attr("hx-preserve")


def test_back_is_one_step_back_however_often_it_is_pressed(client_of, telecaller, call):
    client = client_of(telecaller)
    for step in ("s1", "s2"):
        pressed(client, call, step, 0)

    for _ in range(2):
        client.post(reverse("dialer:call_script", args=[call.pk]), {"back": "2"})

    assert path(call) == [("s1", 0)]


@pytest.mark.parametrize("wrong", [("s2", 0), ("s1", 7), ("s1", -1), ("s1", "x"), ("s9", 0), ("", "")])
def test_a_press_that_does_not_fit_has_no_effect(client_of, telecaller, call, wrong):
    assert pressed(client_of(telecaller), call, *wrong).status_code == 302
    assert path(call) == []


def test_pressed_twice_it_counts_once(telecaller, call):
    version = ScriptVersion.objects.get()
    for _ in range(2):
        press(call, version=version, step="s1", answer=0)

    assert path(call) == [("s1", 0)]


def test_the_end_is_the_end_and_can_be_taken_back(client_of, telecaller, call):
    version = ScriptVersion.objects.get()
    press(call, version=version, step="s1", answer=1)
    press(call, version=version, step="s1", answer=0)

    assert path(call) == [("s1", 1)]
    assert "The script ends here." in panel(client_of(telecaller), call)
    go_back(call, path_length=1)
    assert path(call) == []


def test_a_call_goes_on_with_the_version_it_began_with(client_of, telecaller, call, script):
    client = client_of(telecaller)
    pressed(client, call, "s1", 1)
    go_back(call, path_length=1)
    save_script(script, content("Good day."), by=None, based_on=1)

    assert "Namaste" in panel(client, call)
    other = make_call(make_lead(assigned_to=telecaller), telecaller, campaign=call.campaign)
    Call.objects.filter(pk=call.pk).update(ended_at=timezone.now(), closed_at=timezone.now())
    Call.objects.filter(pk=other.pk).update(**LIVE)
    assert "Good day." in panel(client, other)


def test_the_page_that_was_open_binds_the_call_to_its_version(call, script):
    old = ScriptVersion.objects.get()
    save_script(script, content("Good day."), by=None, based_on=1)

    press(call, version=old, step="s1", answer=0)

    assert CallScript.objects.get().version == old


def test_a_version_of_another_script_binds_nothing(call, script):
    foreign = give_script(make_campaign(), content("Elsewhere."))

    press(call, version=ScriptVersion.objects.get(script=foreign), step="s1", answer=0)

    assert CallScript.objects.get().version.script == script


def test_objections_are_found_by_their_words(client_of, telecaller, call):
    client = client_of(telecaller)
    address = reverse("dialer:call_objections", args=[call.pk])

    def found(words):
        page = BeautifulSoup(client.get(address, {"q": words}).content, "html.parser")
        return [row.text for row in page.select("summary")]

    assert found("") == ["Too dear", "At home"]
    assert found("FAMILY home") == ["At home"]
    assert found("nothing of the kind") == []
    assert "It pays, <mark>Suresh</mark>." in client.get(address, {"q": "dear"}).content.decode()


def test_the_calls_page_shows_what_was_pressed(client_of, telecaller, manager, call):
    press(call, version=ScriptVersion.objects.get(), step="s1", answer=0)
    press(call, version=ScriptVersion.objects.get(), step="s2", answer=1)

    page = BeautifulSoup(client_of(telecaller).get(call.get_absolute_url()).content, "html.parser")

    rows = page.select("section[aria-labelledby=script] dl > *")
    assert [row.text for row in rows] == ["Opening", "Yes", "Visit", "What was that?"]


def test_custom_fields_are_filled_in_and_everything_is_escaped(client_of, telecaller, campaign):
    CustomField.objects.create(name="Roof type", kind="text", number=1)
    word = CustomField.objects.get().word
    give_script(campaign, content(f"Your roof is {{{{{word}}}}} <b>."))
    lead = make_lead(assigned_to=telecaller, custom={"f1": "<i>flat</i>"})
    call = make_call(lead, telecaller, campaign=campaign, **LIVE)

    shown = panel(client_of(telecaller), call)

    assert "Your roof is <mark>&lt;i&gt;flat&lt;/i&gt;</mark> &lt;b&gt;." in shown


def test_without_a_script_or_after_the_wrap_up_nothing_is_pressed(client_of, telecaller, call):
    Call.objects.filter(pk=call.pk).update(ended_at=timezone.now(), closed_at=timezone.now())
    assert pressed(client_of(telecaller), call, "s1", 0).status_code == 409

    bare = make_call(make_lead(assigned_to=telecaller), telecaller, **LIVE)
    with pytest.raises(NoScript):
        press(bare, version=None, step="s1", answer=0)
    assert client_of(telecaller).get(reverse("dialer:call_objections", args=[bare.pk])).status_code == 200


def test_only_ones_own_call_has_ones_script(client_of, colleague, manager, outsider, call):
    for member in (colleague, manager, outsider):
        assert pressed(client_of(member), call, "s1", 0).status_code == 404
        assert client_of(member).get(reverse("dialer:call_objections", args=[call.pk])).status_code == 404


def test_a_call_has_one_way_through_a_script(call, script):
    version = ScriptVersion.objects.get()
    CallScript.objects.create(call=call, version=version)

    with pytest.raises(IntegrityError), transaction.atomic():
        CallScript.objects.create(call=call, version=version)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1280])
def test_writing_a_script_and_reading_it_out_in_the_browser(visit, organisation, manager, telecaller, width):
    with acting_for(organisation):
        ContactPolicy.objects.update(opens_at=dt.time(0), closes_at=dt.time(23, 59, 59), minimum_gap_minutes=0)
        campaign = make_campaign(telecaller, name="Rooftop")
        lead = make_lead(name="Suresh Patil", assigned_to=telecaller)
        make_entry(lead, campaign)
    page = visit(manager, width=width).open(reverse("dialer:scripts"))
    page.get_by_role("link", name="Write a script").click()
    page.get_by_label("Name", exact=True).fill("Rooftop")
    page.get_by_label("Language").select_option("en")
    page.locator("#step-0-text").fill("Namaste ")
    page.get_by_role("button", name="First name").click()
    page.get_by_role("button", name="Add an answer").click()
    page.locator("#step-0-answer-0").fill("Yes")
    page.get_by_role("button", name="Add a step").click()
    page.locator("#step-1-title").fill("Visit")
    page.locator("#step-1-text").fill("Shall we come?")
    page.get_by_role("button", name="Save the script").last.click()
    page.get_by_role("link", name="leads nowhere").wait_for()
    page.locator("#step-0-next-0").select_option(label="Visit")
    page.get_by_role("button", name="Add an objection").click()
    page.locator("#objection-0").fill("Too dear")
    page.locator("#reply-0").fill("It pays for itself.")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Namaste Kavita").wait_for()
    page.get_by_role("button", name="Save the script").last.click()
    page.get_by_role("link", name="Rooftop").wait_for()
    page.goto(page.url.replace(reverse("dialer:scripts"), reverse("dialer:campaign_scripts", args=[campaign.pk])))
    page.get_by_label("English").select_option(label="Rooftop")
    page.get_by_role("button", name="Save the scripts").click()
    page.get_by_role("heading", name="Rooftop", level=1).wait_for()

    tab = visit(telecaller, width=width)
    page = tab.open(lead.get_absolute_url())
    page.get_by_role("button", name="Call Suresh Patil").click()
    page.get_by_text("Namaste Suresh").wait_for()
    page.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_text("Shall we come?").wait_for()
    page.get_by_text("When the lead objects").click()
    page.get_by_placeholder("Look for an objection").fill("dear")
    # The panel asks for itself every two seconds; what is typed and open stays.
    page.wait_for_timeout(4500)
    assert page.get_by_placeholder("Look for an objection").input_value() == "dear"
    page.get_by_text("It pays for itself.").wait_for()
    page.get_by_role("button", name="One step back").click()
    page.get_by_text("Namaste Suresh").wait_for()
    page.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_text("Shall we come?").wait_for()
    page.reload()
    page.get_by_text("Shall we come?").wait_for()
    assert tab.complaints == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_is_typed_right_after_a_part_was_added_goes_where_it_is_typed(visit, manager):
    page = visit(manager).open(reverse("dialer:script_new"))
    # Somebody quick is in the next field as soon as it is there; the focus of the new part does not come back later.
    page.evaluate("""() => new MutationObserver(() => document.querySelector("#step-1-text")?.focus())
        .observe(document.body, {childList: true, subtree: true})""")
    page.get_by_role("button", name="Add a step").click()
    page.locator("#step-1-text").wait_for()
    page.wait_for_timeout(300)

    assert page.evaluate("document.activeElement.id") == "step-1-text"
