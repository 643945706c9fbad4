"""Parts of a file, as players ask for them."""

import pytest
from django.test import RequestFactory

from jini.lib.byte_ranges import file_in_parts

# Closing an answer tells Django that a request is over.
pytestmark = pytest.mark.django_db
CONTENT = bytes(range(100))


@pytest.fixture
def ask(tmp_path):
    path = tmp_path / "sound"
    path.write_bytes(CONTENT)
    answers = []

    def asked(method="get", **headers):
        request = getattr(RequestFactory(), method)("/", headers=headers)
        common = {"size": 100, "etag": "tag", "content_type": "audio/wav", "headers": {"X-Own": "1"}}
        answers.append(file_in_parts(request, path, **common))
        return answers[-1]

    yield asked
    for answer in answers:
        answer.close()


def test_without_a_range_the_whole_is_given(ask):
    answer = ask()

    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, CONTENT)
    assert {name: answer[name] for name in ("Accept-Ranges", "ETag", "Content-Length", "Content-Type", "X-Own")} == {
        "Accept-Ranges": "bytes",
        "ETag": '"tag"',
        "Content-Length": "100",
        "Content-Type": "audio/wav",
        "X-Own": "1",
    }


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [
        ("bytes=0-", 0, 99),
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=90-200", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=-500", 0, 99),
        ("bytes=99-99", 99, 99),
    ],
)
def test_a_part_is_given_and_named(ask, asked, begin, end):
    answer = ask(range=asked)

    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, CONTENT[begin : end + 1])
    assert (answer["Content-Range"], answer["Content-Length"]) == (f"bytes {begin}-{end}/100", str(end - begin + 1))


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused_with_the_size(ask, asked):
    answer = ask(range=asked)

    assert (answer.status_code, answer["Content-Range"], answer.content) == (416, "bytes */100", b"")


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "items=0-5", "bytes=0-1,5-6", "bytes=" + "9" * 40 + "-"]
)
def test_what_is_no_range_is_ignored(ask, asked):
    assert ask(range=asked).status_code == 200


def test_another_version_is_given_whole(ask):
    assert ask(range="bytes=5-9", if_range='"tag"').status_code == 206
    assert ask(range="bytes=5-9", if_range='"other"').status_code == 200
    assert ask(range="bytes=5-9", if_range="Wed, 25 Nov 2026 07:00:00 GMT").status_code == 200


def test_a_head_is_never_a_part(ask):
    answer = ask("head", range="bytes=5-9")

    assert (answer.status_code, answer["Content-Length"]) == (200, "100")
