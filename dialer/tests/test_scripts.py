"""Writing scripts: what is wrong is said before anything is saved, and nobody needs to know markup."""

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.tenancy import acting_for
from dialer.actions.scripts import ScriptMoved, remove_script, save_script, set_scripts
from dialer.models import CampaignScript, Script, ScriptVersion
from dialer.scripts.checking import faults_of
from dialer.scripts.content import END, Answer, Content, Objection, Step
from dialer.scripts.draft import change_draft, read_draft
from dialer.tests.factories import give_script, make_campaign

NEW, LIST = reverse("dialer:script_new"), reverse("dialer:scripts")


def content():
    steps = [
        Step("s1", "Opening", "Namaste {{first_name}} ji.", [Answer("Yes", "s2"), Answer("No", END)]),
        Step("s2", "Visit", "Shall we come?", [Answer("Gladly", END), Answer("What was that?", "s1")]),
    ]
    return Content(steps, [Objection("Too dear", "It pays, {{name}}.")])


def sent(script, **others):
    """What the form of the editor sends for a script."""
    fields = {"name": "Rooftop", "language": "en", "based_on": "0", "do": "save"}
    for number, step in enumerate(script.steps):
        place = f"step-{number}"
        fields |= {f"{place}-key": step.key, f"{place}-title": step.title, f"{place}-text": step.text}
        for at, answer in enumerate(step.answers):
            fields |= {f"{place}-answer-{at}": answer.text, f"{place}-next-{at}": answer.next}
    for number, row in enumerate(script.objections):
        fields |= {f"objection-{number}": row.objection, f"reply-{number}": row.reply}
    return fields | others


# What is wrong with a script


def spoilt(**changes):
    """The script above with some of its parts changed, each by its path."""
    script = content()
    for path, value in changes.items():
        target, *rest = path.split("__")
        thing = script
        for part in [target, *rest[:-1]] if rest else []:
            thing = thing[int(part[1:])] if part.startswith("n") and part[1:].isdecimal() else getattr(thing, part)
        setattr(thing, (rest or [target])[-1], value)
    return script


@pytest.mark.parametrize(
    ("changes", "places", "words"),
    [
        ({}, [], ""),
        ({"steps": []}, ["add-step"], "needs a step"),
        ({"steps__n1__title": ""}, ["step-1-title"], "needs a name"),
        ({"steps__n1__title": "Opening"}, ["step-0-title", "step-1-title"], "Two steps are called “Opening”"),
        ({"steps__n1__text": ""}, ["step-1-text"], "“Visit” has no text"),
        ({"steps__n0__text": "Hi {{salary}} {{name}}"}, ["step-0-text"], "“Opening”: nothing fills {{salary}}"),
        ({"objections__n0__reply": "{{salary}}"}, ["reply-0"], "Objection 1: nothing fills {{salary}}"),
        ({"objections__n0__reply": ""}, ["reply-0"], "Objection 1 has no reply"),
        ({"objections__n0__objection": ""}, ["objection-0"], "Objection 1 is empty"),
        ({"steps__n0__answers__n0__text": ""}, ["step-0-answer-0"], "Answer 1 of “Opening” is empty"),
        ({"steps__n1__answers__n0__next": ""}, ["step-1-next-0"], "The answer “Gladly” of “Visit” leads nowhere"),
        ({"steps__n1__answers__n0__next": "s9"}, ["step-1-next-0"], "leads nowhere"),
        ({"steps__n0__answers__n0__next": END}, ["step-1-title"], "No answer leads to “Visit”"),
        ({"steps__n1__answers": [Answer("Round", "s2")]}, ["step-1-title"], "From “Visit” the script goes round"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(scope, changes, places, words):
    faults = faults_of(spoilt(**changes))

    assert [fault.place for fault in faults] == places
    assert not faults or words in faults[0].text


def test_a_loop_of_several_steps_without_an_end_is_found(scope):
    steps = [Step(f"s{n}", f"Step {n}", "x", [Answer("On", f"s{n % 3 + 1}")]) for n in (1, 2, 3)]

    assert [fault.place for fault in faults_of(Content(steps))] == ["step-0-title", "step-1-title", "step-2-title"]
    steps[2].answers.append(Answer("Enough", END))
    assert faults_of(Content(steps)) == []


# The form


def test_the_form_holds_the_whole_script():
    assert read_draft(sent(content())).content == content()


@pytest.mark.parametrize(
    ("do", "steps", "answers", "objections"),
    [
        ("add-step", 3, 2, 1),
        ("add-answer-0", 2, 3, 1),
        ("add-objection", 2, 2, 2),
        ("remove-step-1", 1, 2, 1),
        ("remove-answer-0-1", 2, 1, 1),
        ("remove-objection-0", 2, 2, 0),
        ("add-answer-9", 2, 2, 1),
        ("remove-answer-9-0", 2, 2, 1),
        ("remove-answer-0", 2, 2, 1),
        ("remove-step-999", 2, 2, 1),
        ("remove-everything", 2, 2, 1),
    ],
)
def test_parts_are_added_and_removed_and_nothing_is_saved(client_of, manager, scope, do, steps, answers, objections):
    response = client_of(manager).post(NEW, sent(content(), do=do))

    draft = response.context["draft"].content
    assert response.status_code == 200
    assert (len(draft.steps), len(draft.steps[0].answers), len(draft.objections)) == (steps, answers, objections)
    assert not Script.objects.exists()
    assert response.context["form"]["name"].value() == "Rooftop"


def test_the_answers_to_a_step_that_is_removed_lead_nowhere():
    draft = read_draft(sent(content()))
    change_draft(draft, "remove-step-1")

    assert [answer.next for answer in draft.content.steps[0].answers] == ["", END]


def test_a_step_that_is_added_has_a_key_of_its_own():
    fields = sent(content()) | {"step-1-key": "s1"}
    draft = read_draft(fields | {"step-1-text": "x"})
    change_draft(draft, "add-step")

    assert [step.key for step in draft.content.steps] == ["s1", "s2", "s3"]


def test_no_more_is_read_than_a_script_may_hold():
    steps = [Step(f"s{n}", "x", "x", [Answer("x", END)] * 30) for n in range(1, 99)]
    read = read_draft(sent(Content(steps, [Objection("x", "x")] * 200))).content

    assert (len(read.steps), len(read.steps[0].answers), len(read.objections)) == (40, 8, 60)


# The pages


def test_a_manager_writes_a_script_and_it_is_kept(client_of, manager, scope):
    response = client_of(manager).post(NEW, sent(content()))

    assert response.url == LIST
    script = Script.objects.get()
    assert (script.name, script.language, script.version, script.created_by) == ("Rooftop", "en", 1, manager)
    assert Content.read(ScriptVersion.objects.get().content) == content()


def test_a_script_that_is_wrong_is_refused_and_kept_in_the_form(client_of, manager, scope):
    wrong = content()
    wrong.steps[1].text = "Only {{salary}}"

    response = client_of(manager).post(NEW, sent(wrong))

    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 422
    assert not Script.objects.exists()
    assert page.select_one("#step-1-text").text.strip() == "Only {{salary}}"
    assert page.select_one('a[href="#step-1-text"]').text == "“Visit”: nothing fills {{salary}}."


@pytest.mark.parametrize("wrong", [{"name": ""}, {"language": "xx"}, {"name": "TAKEN"}])
def test_name_and_language_are_checked(client_of, manager, scope, wrong):
    save_script(Script(name="Taken", language="en"), content(), by=manager)

    response = client_of(manager).post(NEW, sent(content()) | wrong)

    assert response.status_code == 422
    assert Script.objects.count() == 1


def test_a_change_is_a_version_and_the_same_again_is_none(client_of, manager, scope):
    script = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    address = script.get_absolute_url()
    changed = content()
    changed.steps[1].text = "May we come?"
    client = client_of(manager)

    client.post(address, sent(content(), based_on="1"))
    client.post(address, sent(changed, based_on="1"))

    assert list(ScriptVersion.objects.order_by("number").values_list("number", "content__steps__1__text")) == [
        (1, "Shall we come?"), (2, "May we come?"),
    ]  # fmt: skip
    assert Script.objects.get().version == 2


def test_two_who_change_a_script_do_not_write_over_each_other(client_of, manager, scope):
    script = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    mine, theirs = content(), content()
    mine.steps[1].text, theirs.steps[1].text = "Mine", "Theirs"
    save_script(script, theirs, by=manager, based_on=1)

    refused = client_of(manager).post(script.get_absolute_url(), sent(mine, based_on="1"))

    assert refused.status_code == 409
    assert "Mine" in refused.content.decode()
    assert refused.context["based_on"] == 2
    with pytest.raises(ScriptMoved):
        save_script(Script.objects.get(), mine, by=manager, based_on=1)
    client_of(manager).post(script.get_absolute_url(), sent(mine, based_on="2"))
    assert ScriptVersion.objects.get(number=3).content["steps"][1]["text"] == "Mine"


def test_the_preview_shows_every_step_with_an_invented_lead(client_of, manager, scope):
    page = client_of(manager).post(NEW, sent(content(), do="preview")).content.decode()

    assert "Namaste <mark>Kavita</mark> ji." in page
    assert "What was that? → Opening" in page
    assert not Script.objects.exists()


def test_what_is_written_is_escaped(client_of, manager, scope):
    evil = content()
    evil.steps[0].title = evil.steps[0].text = evil.steps[0].answers[0].text = "<img src=x onerror=alert(1)>"

    page = client_of(manager).post(NEW, sent(evil, do="preview")).content.decode()

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_fragment_is_the_same_region_of_the_page(client_of, manager, scope):
    def editor(**headers):
        page = client_of(manager).post(NEW, sent(content(), do="add-step"), headers=headers).content
        found = BeautifulSoup(page, "html.parser").select_one("#editor")
        found.select_one("[name=csrfmiddlewaretoken]").decompose()
        return found

    assert editor(**{"HX-Request": "true"}) == editor()


def test_who_may_not_write(client_of, telecaller, outsider, manager, scope):
    script = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    campaign = make_campaign()

    assert client_of(telecaller).get(LIST).status_code == 403
    assert client_of(telecaller).post(NEW, sent(content())).status_code == 403
    assert client_of(outsider).get(script.get_absolute_url()).status_code == 404
    assert client_of(outsider).get(reverse("dialer:campaign_scripts", args=[campaign.pk])).status_code == 404
    assert client_of(manager).delete(script.get_absolute_url()).status_code == 405


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_for_any_number_of_scripts(client_of, manager, scope, many, django_assert_num_queries):
    for number in range(many):
        save_script(Script(name=f"Script {number}", language="en"), content(), by=manager)
    client = client_of(manager)

    with django_assert_num_queries(14):
        assert len(client.get(LIST).context["page"].rows) == many


# Scripts of a campaign


def test_a_campaign_gets_a_script_of_each_language(client_of, manager, scope):
    campaign = make_campaign()
    english = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    hindi = save_script(Script(name="Rooftop", language="hi"), content(), by=manager)
    address = reverse("dialer:campaign_scripts", args=[campaign.pk])
    client = client_of(manager)

    assert client.post(address, {"en": english.pk, "hi": hindi.pk}).url == campaign.get_absolute_url()
    assert set(CampaignScript.objects.values_list("language", "script")) == {("en", english.pk), ("hi", hindi.pk)}
    client.post(address, {"en": "", "hi": hindi.pk})
    assert CampaignScript.objects.get().script == hindi
    # A script of another language is no choice.
    assert client.post(address, {"en": hindi.pk}).status_code == 422


def test_a_campaign_has_one_script_of_a_language(scope):
    campaign = make_campaign()
    first = give_script(campaign, content())
    assert first.version == 1

    with pytest.raises(IntegrityError), transaction.atomic():
        CampaignScript.objects.create(campaign=campaign, script=first, language="en")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScriptVersion.objects.create(script=first, number=1, content={})
    with pytest.raises(IntegrityError), transaction.atomic():
        Script.objects.create(name=first.name.upper(), language="en")


def test_a_script_of_another_organisation_is_refused_by_the_database(scope, rival):
    with acting_for(rival):
        theirs = save_script(Script(name="Theirs", language="en"), content(), by=None)

    CampaignScript.objects.create(campaign=make_campaign(), script_id=theirs.pk, language="en")

    with pytest.raises(IntegrityError), transaction.atomic():
        connection.check_constraints()
    CampaignScript.objects.all().delete()


# Removing one


def remove(client, script):
    return client.post(reverse("dialer:script_removal", args=[script.pk]), follow=True)


def test_a_script_that_is_removed_is_offered_nowhere_and_can_be_taken_back(client_of, manager, scope):
    script = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    client = client_of(manager)

    assert "“Rooftop” is removed." in remove(client, script).content.decode()
    assert client.get(script.get_absolute_url()).status_code == 404
    assert script.get_absolute_url() not in client.get(LIST).content.decode()
    save_script(Script(name="rooftop", language="en"), content(), by=manager)
    back = reverse("dialer:script_restoration", args=[script.pk])
    assert "There is a script of this name" in client.post(back, follow=True).content.decode()
    remove(client, Script.objects.in_use().get())
    assert client.post(back, follow=True).redirect_chain == [(script.get_absolute_url(), 302)]
    assert [row.name for row in Script.objects.in_use()] == ["Rooftop"]


def test_a_script_that_a_campaign_has_stays(client_of, manager, scope):
    campaign = make_campaign(name="Diwali")
    script = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    set_scripts(campaign, {"en": script}, by=manager)

    assert "“Rooftop” stays: Diwali would lose it." in remove(client_of(manager), script).content.decode()
    assert Script.objects.in_use().filter(pk=script.pk).exists()


def test_a_script_that_was_removed_meanwhile_is_given_to_no_campaign(manager, scope):
    script = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    remove_script(script, by=manager)

    with pytest.raises(ScriptMoved):
        set_scripts(make_campaign(), {"en": script}, by=manager)


@pytest.mark.parametrize("name", ["script_removal", "script_restoration"])
def test_who_may_not_remove(client_of, telecaller, outsider, manager, scope, name):
    script = save_script(Script(name="Rooftop", language="en"), content(), by=manager)
    address = reverse(f"dialer:{name}", args=[script.pk])

    assert client_of(telecaller).post(address).status_code == 403
    assert client_of(outsider).post(address).status_code == 404
    assert client_of(manager).get(address).status_code == 405
