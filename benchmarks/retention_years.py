"""Ten simulated years of the nightly deletion: rows of every class, holds placed and lifted, against an oracle.

`ROWS` are rows of each class; their time is over on any day of the years, two of three are held around it. It fails in the
first night in which a row went early, stayed longer than a day, or went although it was held. The limit is a tenth of them.
"""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.data import SEED
from benchmarks.measuring import Failed, Figures, Sample, figures, say
from jini.tests.canaries import files_in
from jini.tests.years import KINDS, Years

SIZE = 60


def measure(count: int) -> tuple[Sample, Years]:
    years = Years(count, seed=SEED, together=False)
    with tempfile.TemporaryDirectory() as name, files_in(Path(name)):
        began = time.perf_counter()
        try:
            years.live()
        except AssertionError as found:
            raise Failed(str(found)) from found
        return Sample(years.nights, time.perf_counter() - began), years


def run(count: int) -> Figures:
    many, years = measure(count)
    few, _ = measure(count // 10) if count >= 10 else (many, years)
    say(f"{len(years.rows)} rows of {len(KINDS)} classes, {len(years.holds)} holds, {years.nights} nights")
    found = figures(count, "nights/s", [many], [few])
    more = {"rows": len(years.rows), "classes": len(KINDS), "holds": len(years.holds), "nights": years.nights}
    return replace(found, goals={"0 early, 0 late, 0 held lost": True}, more=more)
