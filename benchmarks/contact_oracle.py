"""`may_contact` against the oracle of its tests, on generated contacts: nobody unlawfully called, nobody lawfully refused.

The limit is the rate of the oracle itself, which answers the same questions in another way.
"""

import random
import time
from collections import Counter
from dataclasses import replace

from benchmarks import data
from benchmarks.measuring import Failed, Figures, Sample, figures, own_peak_rss_mib, say
from privacy.contact_rules import may_contact
from privacy.tests import oracle_contact_rules as oracle

SIZE = 1_000_000
BATCH = 1_000


def run(contacts: int) -> Figures:
    dice = random.Random(data.SEED)
    wrong: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    spent, spent_by_oracle = 0.0, 0.0
    times: list[float] = []
    example = ""
    for first in range(0, contacts, BATCH):
        asked = [_question(dice) for _ in range(min(BATCH, contacts - first))]
        began = time.perf_counter()
        decided = [may_contact(*question) for question in asked]
        between = time.perf_counter()
        known = [(oracle.first_objection(*question), oracle.first_free_moment(*question)) for question in asked]
        spent += between - began
        spent_by_oracle += time.perf_counter() - between
        times.append((between - began) / len(asked))
        for question, decision, (reason, moment) in zip(asked, decided, known, strict=True):
            reasons[decision.reason] += 1
            if fault := _fault(decision.reason, decision.dialable_at == moment, reason):
                wrong[fault] += 1
                example = (
                    example or f"{fault}: {decision.reason} at {decision.dialable_at}, {reason} at {moment}: {question}"
                )
        if first % 100_000 == 0:
            say(f"{first + len(asked):,} contacts, {wrong.total()} wrong")
    if wrong:
        raise Failed(f"{dict(wrong)}, such as {example}")
    found = figures(
        contacts,
        "decisions/s",
        [Sample(contacts, spent, times, own_peak_rss_mib())],
        [Sample(contacts, spent_by_oracle)],
    )
    more = {"unlawful_allowed": wrong["unlawful_allowed"], "lawful_refused": wrong["lawful_refused"]}
    return replace(found, more=more | {"allowed": reasons["allowed"], "reasons": len(reasons)})


def _question(dice: random.Random) -> tuple[oracle.Contact, oracle.Rules, oracle.dt.datetime]:
    now = oracle.some_now(dice)
    return oracle.some_contact(dice, now), oracle.some_rules(dice), now


def _fault(reason: str, is_same_moment: bool, expected: str) -> str:  # noqa: FBT001 -- three answers held together
    """What is wrong with an answer: "" where both agree on the reason and on when the person may be called next."""
    if reason == "allowed" != expected:
        return "unlawful_allowed"
    if reason != "allowed" == expected:
        return "lawful_refused"
    if reason != expected:
        return "other_reason"
    return "" if is_same_moment else "other_moment"
