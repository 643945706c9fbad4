"""Every workload still runs, at a size that says nothing of speed; what it checks on the way, it checks here too."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.__main__ import WORKLOADS
from jini.local.services import CHECKOUT

pytestmark = pytest.mark.worker

FIELDS = {
    "workload", "n", "value", "unit", "limit", "limit_unit", "ratio", "p50_ms", "p95_ms", "p99_ms", "peak_rss_mib", "seconds",
}  # fmt: skip
ROWS = {
    "import": 400,
    "import_killed": 30_000,
    "import_undo": 200,
    "lead_list": 300,
    "bulk_assign": 300,
    "next_lead": 300,
    "webhooks": 20,
    "device_calls": 400,
    "canaries": 2,
    "erasure": 300,
    "retention": 300,
    "retention_years": 1,
    "faults": 200,
    "contact_oracle": 2_000,
    "provider_faults": 150,
    "recording": 6,
    "telecaller_loop": 3,
    "export": 300,
    "export_killed": 300,
}


# Has a test of its own, which takes its figures apart.
APART = {"conference_faults": "test_conference_faults.py"}


def test_every_workload_has_a_size_or_a_test_of_its_own() -> None:
    assert set(ROWS) | set(APART) == set(WORKLOADS)
    assert all((CHECKOUT / "benchmarks" / "tests" / name).exists() for name in APART.values())


@pytest.mark.parametrize("workload", ROWS)
def test_a_workload_prints_one_line_of_figures(workload: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", workload],
        cwd=CHECKOUT,
        env=os.environ | {"ROWS": str(ROWS[workload]), "SECONDS": "0.2"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    figures = json.loads(line)
    assert set(figures) >= FIELDS
    assert figures["workload"] == workload
    assert min(figures["value"], figures["limit"], figures["ratio"]) > 0
    assert figures["p50_ms"] <= figures["p95_ms"] <= figures["p99_ms"]
