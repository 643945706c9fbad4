"""A part that asks for itself is replaced only when it changed."""

import re

import pytest
from django.http import HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory

from jini.lib.polling import polled, polled_by

PART = '<div hx-get="/part/?shown=" hx-trigger="every 2s">{% csrf_token %}{{ says }}</div>'


def ask(says, shown="", *, status=200, method="get", is_lazy=True, **headers):
    request = getattr(RequestFactory(), method)("/part/", {"shown": shown}, headers={"HX-Request": "true"} | headers)

    def draw(request):
        response = TemplateResponse(request, engines["django"].from_string(PART), {"says": says}, status=status)
        return response if is_lazy else HttpResponse(response.render().content, status=status)

    response = polled(draw)(request)
    return response.render() if hasattr(response, "render") else response


def mark_in(response):
    return re.search(r"shown=(\w*)", response.content.decode())[1]


@pytest.mark.parametrize("is_lazy", [True, False])
def test_what_is_shown_already_is_not_sent_again(is_lazy):
    first = ask("Ringing", is_lazy=is_lazy)

    assert mark_in(first)
    again = ask("Ringing", mark_in(first), is_lazy=is_lazy)
    assert (again.status_code, again.content) == (204, b"")
    changed = ask("Answered", mark_in(first), is_lazy=is_lazy)
    assert changed.status_code == 200
    assert "Answered" in changed.content.decode()
    assert mark_in(changed) != mark_in(first)


@pytest.mark.parametrize("other", [{"status": 409}, {"method": "post"}, {"HX-Boosted": "true"}, {"HX-Request": ""}])
def test_other_answers_are_left_as_they_are(other):
    mark = mark_in(ask("Ringing"))
    response = ask("Ringing", mark, **other)

    assert response.status_code == other.get("status", 200)
    assert mark_in(response) == ""


def test_while_the_state_is_the_same_nothing_is_drawn():
    drawn = []

    @polled_by(lambda request, state, says: state)
    def part(request, state, says):
        drawn.append(says)
        return HttpResponse(f'<div hx-get="/part/?shown="></div>{says}')

    def shown(state, says, shown=""):
        return part(RequestFactory().get("/part/", {"shown": shown}, headers={"HX-Request": "true"}), state, says)

    mark = mark_in(shown("a", "Ringing"))
    assert shown("a", "Ringing", mark).status_code == 204
    assert drawn == ["Ringing"]
    # Another state that looks the same is drawn, and left alone; without a state it is drawn, too.
    assert [shown(state, "Ringing", mark).status_code for state in ("b", "")] == [204, 204]
    assert shown("b", "Answered", mark).status_code == 200
    assert drawn == ["Ringing", "Ringing", "Ringing", "Answered"]
