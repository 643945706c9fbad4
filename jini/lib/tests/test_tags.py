"""Template words: what they write into a page."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.utils import timezone


def rendered(text, **context):
    return engines["django"].from_string(text).render(context)


def parsed(field):
    return BeautifulSoup(render_to_string("components/field.html", {"field": field}), "html.parser")


class Enquiry(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the bill.")
    city = forms.CharField(label="City", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "House"), ("b", "Shop")])
    way = forms.ChoiceField(label="Way", choices=[("a", "Phone"), ("b", "Visit")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I agree")
    source = forms.CharField(widget=forms.HiddenInput, required=False)


def test_an_icon_is_hidden_from_readers():
    assert (
        rendered('{% icon "phone" %}')
        == '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#phone"/></svg>'
    )
    assert 'class="icon icon-lg"' in rendered('{% icon "phone" "icon-lg" %}')


def test_a_phone_number_is_grouped_and_nothing_stays_nothing():
    assert rendered(
        '{% phone "+919000000012" %}|{% phone number country=True %}|{% phone "" %}', number="+919000000012"
    ) == ("90000 00012|+91 90000 00012|")


def test_a_moment_keeps_its_exact_time_for_machines(settings):
    moment = dt.datetime(2020, 11, 24, 5, 22, tzinfo=dt.UTC)
    with timezone.override("Asia/Kolkata"):
        text = rendered('{% when moment "meta" %}{% when none %}', moment=moment, none=None)

    assert text == '<time datetime="2020-11-24T10:52:00+05:30" class="meta">Tue 24 Nov 2020, 10:52 am</time>'


def test_numbers_durations_and_shares():
    text = rendered(
        "{{ 185000|indian }} {{ 4200|rupees }} {% duration 192 %} {% clock 134 %} {{ 1|share:3 }} {{ 1|share:0 }}"
    )

    assert text == "1,85,000 ₹4,200 3 min 12 s 02:14 33 0"


def test_text_from_people_is_escaped():
    assert rendered("{% phone number %}", number="<b>") == "&lt;b&gt;"


def test_a_field_is_tied_to_its_label_hint_and_error():
    page = parsed(Enquiry({})["name"])
    control = page.select_one("input")

    assert page.select_one("label")["for"] == control["id"]
    assert control["aria-describedby"] == "id_name-hint id_name-error"
    assert {tag["id"] for tag in page.select("p")} == set(control["aria-describedby"].split())
    assert control["aria-invalid"] == "true"
    assert control["class"] == ["form-control", "btn-tap", "is-invalid"]


def test_a_field_without_trouble_says_only_that_it_is_optional():
    page = parsed(Enquiry()["city"])

    assert "(optional)" in page.select_one("label").text
    assert page.select("p") == []
    assert "aria-describedby" not in page.select_one("input").attrs


@pytest.mark.parametrize(("name", "look"), [("kind", "form-select"), ("agreed", "form-check-input")])
def test_each_kind_of_control_has_its_look(name, look):
    assert look in parsed(Enquiry()[name]).select_one("select, input")["class"]


def test_radio_buttons_stand_under_one_legend():
    page = parsed(Enquiry({})["way"])

    assert page.select_one("fieldset")["aria-describedby"] == "id_way-error"
    assert page.select_one("legend").text == "Way"
    assert [label["for"] for label in page.select("label")] == [control["id"] for control in page.select("input")]
    assert {control["class"][0] for control in page.select("input")} == {"form-check-input"}


def test_a_hidden_field_is_only_its_input():
    assert parsed(Enquiry()["source"]).text.strip() == ""


def test_the_summary_counts_the_errors_and_links_to_each():
    form = Enquiry({"kind": "a", "way": "a", "agreed": "on"})
    page = BeautifulSoup(render_to_string("components/error_summary.html", {"form": form}), "html.parser")

    assert page.select_one(".fw-bold").text == "One thing needs your attention"
    assert [link["href"] for link in page.select("a")] == ["#id_name"]


def test_there_is_no_summary_of_a_form_without_errors():
    assert render_to_string("components/error_summary.html", {"form": Enquiry()}).strip() == ""
