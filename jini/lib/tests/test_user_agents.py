"""Browser, system and kind of device from the header, and nothing that would tell people apart."""

import pytest

from jini.lib.user_agents import UserAgent, parse

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("text", "browser", "system", "device"),
    [
        (f"(Linux; Android 10; K) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome 142", "Android 10", "phone"),
        (f"(Linux; Android 15; SM-X210) {WEBKIT} Chrome/142.0.0.0 Safari/537.36", "Chrome 142", "Android 15", "tablet"),
        (
            f"(Linux; Android 15; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
            "Samsung Internet 28",
            "Android 15",
            "phone",
        ),
        (
            f"(Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge 142",
            "Windows",
            "computer",
        ),
        (f"(X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/142.0 Safari/537.36", "Chrome 142", "ChromeOS", "computer"),
        ("(X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox 145", "Linux", "computer"),
        ("(Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox 145", "Android 15", "phone"),
        (
            (
                "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
                " Mobile/15E148 Safari/604.1"
            ),
            "Safari 18",
            "iOS 18",
            "phone",
        ),
        (
            "(iPad; CPU OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile Safari/604.1",
            "Chrome 142",
            "iPadOS 17",
            "tablet",
        ),
        (
            "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
            "Safari 26",
            "macOS",
            "computer",
        ),
        (f"(Windows NT 10.0) {WEBKIT} Chrome/141.0 Safari/537.36 OPR/124.0", "Opera 124", "Windows", "computer"),
    ],
)
def test_browsers_that_people_use(text, browser, system, device):
    assert parse(f"{MOZILLA} {text}") == UserAgent(browser, system, device)


@pytest.mark.parametrize("text", ["", "curl/8.5", "\x00", "Mozilla/5.0 (compatible; Bot/2.1)"])
def test_others_are_unknown(text):
    assert parse(text) == UserAgent("", "", "")


def test_the_model_is_not_kept_and_a_long_text_is_cut():
    found = parse(f"{MOZILLA} (Linux; Android 15; SM-S918B Build/UP1A) {WEBKIT} Chrome/142.0.7444.59 Mobile Safari/537")

    assert "SM-S918B" not in "".join((found.browser, found.system, found.device))
    assert "7444" not in found.browser
    assert parse("(" * 100_000 + "Firefox/1").browser == ""
