"""The telephone company: what it is asked, how its calls go, and what it has to post."""

import base64
import heapq
import random
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import requests

ACCOUNT, KEY, TOKEN, EXOPHONE = "acme1", "key", "token", "08047180000"
ZONE = ZoneInfo("Asia/Kolkata")
REQUIRED, LONGEST_FIELD, LONGEST_CALL = {"From", "To", "CallerId"}, 128, 14_400
KNOWN = REQUIRED | {
    "CallType", "TimeLimit", "TimeOut", "WaitUrl", "Record", "RecordingChannels", "RecordingFormat", "CustomField",
    "StatusCallback", "StatusCallbackContentType", "StatusCallbackEvents[0]", "StatusCallbackEvents[1]",
    "StartPlaybackToNew", "StartPlaybackValueNew",
}  # fmt: skip
MOST_A_MINUTE = 200
# At most two further tries of a post that is not taken.
TRIES = 3
NOTHING = 0
# How the customer's leg ends, by the last digit of the number.
ENDS = {"5": "busy", "6": "no-answer"}
ECHOED, LOST = "4", "8"
# A frame of silence of an MP3 file: 128 kbit/s at 44,100 samples a second, 1152 of them.
FRAME, FRAMES_A_SECOND = b"\xff\xfb\x90\x00" + bytes(413), 44_100 / 1152
Moment = tuple[datetime, str, str, str]


@dataclass
class RungCall:
    """A call: what was asked, and its moments (when, status of the whole, of the telecaller's leg, of the customer's)."""

    sid: str
    form: Mapping[str, str]
    made_at: datetime
    moments: list[Moment]
    talk: int

    def at(self, now: datetime) -> Moment:
        """Return the last moment that has come."""
        return [moment for moment in self.moments if moment[0] <= now][-1]


@dataclass
class LocalExotel:
    """The telephone company. `pace` stretches its seconds, but for those of a talk; `made` counts calls by CustomField.

    The answers to so many requests to call as `drops` says get lost on their way, though the call is made. `heard` are the
    announcements, by CustomField; `address` is where it answers.
    """

    pace: float = 1.0
    talk: int = 10
    drops: int = 0
    calls: dict[str, RungCall] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    heard: dict[str, bytes] = field(default_factory=dict)
    address: str = ""
    posts: list[tuple[datetime, int, RungCall, Moment, int]] = field(default_factory=list)
    asked_at: list[datetime] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0

    def answer(self, method: str, url: str, form: Mapping[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer one request with a status and what is said."""
        if authorization != _basic():
            return _refused(401, "Authentication failed")
        parts = urlsplit(url)
        now = _now()
        with self.lock:
            self.asked_at = [at for at in self.asked_at if now - at < timedelta(minutes=1)] + [now]
            if len(self.asked_at) > MOST_A_MINUTE:
                return _refused(429, "Too many requests")
            if parts.path == f"/v1/Accounts/{ACCOUNT}/Calls/connect.json" and method == "POST":
                return self._connect(form, now)
            if method == "GET":
                return self._tell(parts.path, dict(parse_qsl(parts.query)), now)
        return _refused(404, "Not found")

    def _connect(self, form: Mapping[str, str], now: datetime) -> tuple[int, dict[str, Any]]:
        if wrong := _wrong(form):
            return _refused(400, wrong)
        if form["To"].endswith("01"):
            return _refused(403, "Call cannot be made: the number is on the NDNC register")
        sid = f"{random.getrandbits(128):032x}"
        call = RungCall(sid, dict(form), now, _course(form["To"], now, self.pace, self.talk), self.talk)
        self.calls[sid] = call
        ours = form.get("CustomField", "")
        self.made[ours] = self.made.get(ours, 0) + 1
        self._plan(call)
        if self.drops:
            self.drops -= 1
            return NOTHING, {}
        return 200, {"Call": _row(call, now)}

    def _plan(self, call: RungCall) -> None:
        digit = call.form["To"][-1]
        if digit == LOST:
            return
        for moment in call.moments[2:]:
            late = [self.pace * random.uniform(0, 3) for _ in range(3)] if digit == ECHOED else [0.0]
            for seconds in late:
                self._owe(moment[0] + timedelta(seconds=seconds), call, moment, TRIES)

    def _owe(self, at: datetime, call: RungCall, moment: Moment, tries: int) -> None:
        self._count += 1
        heapq.heappush(self.posts, (at, self._count, call, moment, tries))

    def _tell(self, path: str, asked: Mapping[str, str], now: datetime) -> tuple[int, dict[str, Any]]:
        if path == f"/v2_beta/Accounts/{ACCOUNT}/IncomingPhoneNumbers":
            row = {"sid": "1", "phone_number": EXOPHONE, "friendly_name": EXOPHONE}
            return 200, {"incoming_phone_numbers": [row], "next_page_uri": None}
        if path == f"/v1/Accounts/{ACCOUNT}/Calls.json":
            found = [call for call in self.calls.values() if _fits(call, asked)]
            newest = sorted(found, key=lambda call: call.made_at, reverse=True)
            return 200, {"Metadata": {"Total": len(found)}, "Calls": [self._row(call, now) for call in newest]}
        one = re.fullmatch(rf"/v1/Accounts/{ACCOUNT}/Calls/(\w+)\.json", path)
        if one and one[1] in self.calls:
            call = self.calls[one[1]]
            return 200, {"Call": self._row(call, now) | {"Details": _details(call, now)}}
        return _refused(404, "Not found")

    def _row(self, call: RungCall, now: datetime) -> dict[str, Any]:
        at, _, _, customer = call.at(now)
        is_there = customer == "completed" and call.form.get("Record") == "true" and _sound_is_ready(at, now, self.pace)
        return _row(call, now) | {"RecordingUrl": f"{self.address}/recordings/{call.sid}.mp3" if is_there else None}

    def sound(self, path: str, authorization: str) -> bytes | None:
        """Return the sound that lies at `path`, None when nobody may have one there."""
        one = re.fullmatch(r"/recordings/(\w+)\.mp3", path)
        call = self.calls.get(one[1]) if one else None
        if call is None or authorization != _basic():
            return None
        return FRAME * round(call.talk * FRAMES_A_SECOND)

    def _announce(self, now: datetime) -> None:
        """Fetch what is to be played to those who have just answered."""
        for call in list(self.calls.values()):
            ours = call.form.get("CustomField", "")
            if call.at(now)[3] == "in-progress" and ours not in self.heard and "StartPlaybackValueNew" in call.form:
                answer = requests.get(call.form["StartPlaybackValueNew"], timeout=15)
                self.heard[ours] = answer.content if answer.ok else b""

    def deliver(self) -> int:
        """Post what is due; return how many posts were taken. One that is not is tried twice again."""
        taken = 0
        now = _now()
        self._announce(now)
        while True:
            with self.lock:
                if not self.posts or self.posts[0][0] > now:
                    return taken
                _, _, call, moment, tries = heapq.heappop(self.posts)
            if self._post(call, moment):
                taken += 1
            elif tries > 1:
                with self.lock:
                    self._owe(now + timedelta(seconds=self.pace), call, moment, tries - 1)

    def _post(self, call: RungCall, moment: Moment) -> bool:
        said = _news(call, moment)
        url = call.form.get("StatusCallback", "")
        if not url:
            return True
        try:
            if call.form.get("StatusCallbackContentType") == "application/json":
                answer = requests.post(url, json=said, timeout=15)
            else:
                answer = requests.post(url, files={name: (None, text) for name, text in flat(said).items()}, timeout=15)
        except requests.RequestException:
            return False
        return answer.ok


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{KEY}:{TOKEN}".encode()).decode()


def _sound_is_ready(over: datetime, now: datetime, pace: float) -> bool:
    return now >= over + timedelta(seconds=pace)


def _now() -> datetime:
    # Not by Django's clock: this runs without its settings, too.
    return datetime.fromtimestamp(time.time(), UTC)


def _wrong(form: Mapping[str, str]) -> str:
    """Say what is wrong with a request to connect two numbers; empty when nothing is."""
    missing = REQUIRED - {name for name, value in form.items() if value}
    events = {form.get(f"StatusCallbackEvents[{number}]", "terminal") for number in (0, 1)}
    faults = {
        f"Bad Request: {', '.join(sorted(missing))} is missing": missing,
        f"Bad Request: unknown parameters {sorted(set(form) - KNOWN)}": set(form) - KNOWN,
        "The CallerId is not an ExoPhone of this account": form.get("CallerId") != EXOPHONE,
        "Bad Request: CustomField is too long": len(form.get("CustomField", "")) > LONGEST_FIELD,
        "Bad Request: TimeLimit is too long": int(form.get("TimeLimit", 0)) > LONGEST_CALL,
        "Bad Request: StartPlaybackToNew is Callee or Both": form.get("StartPlaybackToNew", "Both")
        not in {"Callee", "Both"},
        "Bad Request: there is no such event": events - {"terminal", "answered"},
        "Bad Request: To number is invalid": re.fullmatch(r"\+?\d{8,15}(?<!00)", form.get("To", "")) is None,
    }
    return next((sentence for sentence, is_so in faults.items() if is_so), "")


def _course(to: str, now: datetime, pace: float, talk: int) -> list[Moment]:
    """Return the moments of a call: queued, ringing, then those that Exotel posts of."""

    def after(seconds: float) -> datetime:
        return now + timedelta(seconds=seconds * pace)

    begun = [(now, "queued", "", ""), (after(0.5), "ringing", "", "")]
    if to[-1] == "7":
        return [*begun, (after(4), "no-answer", "no-answer", "")]
    begun.append((after(2), "in-progress", "in-progress", ""))
    if to[-1] in ENDS:
        return [*begun, (after(6), ENDS[to[-1]], "completed", ENDS[to[-1]])]
    over = after(5) + timedelta(seconds=talk)
    return [
        *begun,
        (after(5), "in-progress", "in-progress", "in-progress"),
        (over, "completed", "completed", "completed"),
    ]


def _row(call: RungCall, now: datetime) -> dict[str, Any]:
    at, status, _, _ = call.at(now)
    is_over = at == call.moments[-1][0]
    return {
        "Sid": call.sid,
        "DateCreated": written(call.made_at),
        "DateUpdated": written(at),
        "AccountSid": ACCOUNT,
        "To": call.form["To"],
        "From": call.form["From"],
        "PhoneNumberSid": EXOPHONE,
        "Status": status,
        "StartTime": written(call.made_at),
        "EndTime": written(at) if is_over else None,
        "Direction": "outbound-api",
        "CustomField": call.form.get("CustomField"),
        "RecordingUrl": None,
    }


def _details(call: RungCall, now: datetime) -> dict[str, Any]:
    _, _, agent, customer = call.at(now)
    return {
        "ConversationDuration": call.talk if customer == "completed" else 0,
        "Leg1Status": agent or None,
        "Leg2Status": customer or None,
        "Legs": [{"Leg": {"Id": number, "OnCallDuration": 0}} for number in (1, 2)],
    }


def _news(call: RungCall, moment: Moment) -> dict[str, Any]:
    at, status, agent, customer = moment
    is_over = moment is call.moments[-1]
    talk = call.talk if customer == "completed" else 0
    return {
        "CallSid": call.sid,
        "EventType": "terminal" if is_over else "answered",
        "DateCreated": written(call.made_at),
        "DateUpdated": written(at),
        "Status": status,
        "To": call.form["To"],
        "From": call.form["From"],
        "PhoneNumberSid": EXOPHONE,
        "StartTime": written(call.made_at),
        "EndTime": written(at) if is_over else "1970-01-01 05:30:00",
        "Direction": "outbound-api",
        "RecordingUrl": "",
        "ConversationDuration": talk,
        "CustomField": call.form.get("CustomField", ""),
        "Legs": [{"OnCallDuration": talk, "Status": leg} for leg in (agent, customer)],
    }


def flat(said: Mapping[str, Any]) -> dict[str, str]:
    """Return a post as the fields of a form, its legs as Legs[0][Status] and the like."""
    legs = {
        f"Legs[{number}][{name}]": str(value) for number, leg in enumerate(said["Legs"]) for name, value in leg.items()
    }
    return {name: str(value) for name, value in said.items() if name != "Legs"} | legs


def written(at: datetime) -> str:
    """Return a moment as Exotel writes it: Indian time, and no word of that."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _fits(call: RungCall, asked: Mapping[str, str]) -> bool:
    since = re.match(r"gte:([\d :-]+)", asked.get("DateCreated", ""))
    return (
        asked.get("To", call.form["To"]) == call.form["To"]
        and asked.get("From", call.form["From"]) == call.form["From"]
        and (since is None or written(call.made_at) >= since[1])
    )


def _refused(status: int, sentence: str) -> tuple[int, dict[str, Any]]:
    return status, {"RestException": {"Status": status, "Message": sentence}}
