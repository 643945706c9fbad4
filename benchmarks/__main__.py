"""`make bench`, `make bench WORKLOAD=import ROWS=100000`: measure, and print one line of JSON for each workload.

Every workload runs in a process and a database of its own, so that none is slowed by what another left behind; the
databases are made beside the one that DATABASE_URL names, which is not touched, and dropped at the end.
"""

import argparse
import importlib
import os
import subprocess
import sys

import django

from benchmarks import databases
from benchmarks.measuring import Failed

# Each module has `SIZE`, the ROWS of the full measurement, and `run(rows) -> Figures`.
WORKLOADS = {
    "import": "benchmarks.imports",
    "import_killed": "benchmarks.import_killed",
    "import_undo": "benchmarks.import_undo",
    "lead_list": "benchmarks.lead_list",
    "bulk_assign": "benchmarks.bulk",
    "next_lead": "benchmarks.next_lead",
    "webhooks": "benchmarks.webhooks",
    "device_calls": "benchmarks.device_calls",
    "canaries": "benchmarks.canaries",
    "erasure": "benchmarks.erasure",
    "retention": "benchmarks.retention",
    "retention_years": "benchmarks.retention_years",
    "faults": "benchmarks.faults",
    "conference_faults": "benchmarks.conference_faults",
    "contact_oracle": "benchmarks.contact_oracle",
    "provider_faults": "benchmarks.provider_faults",
    "recording": "benchmarks.recording",
    "telecaller_loop": "benchmarks.telecaller_loop",
    "export": "benchmarks.exports",
    "export_killed": "benchmarks.export_killed",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("workload", nargs="*", choices=[[], *WORKLOADS], help="default: all of them")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        return run(options.workload[0])
    failed = 0
    with databases.migrated() as template:
        for workload in options.workload or WORKLOADS:
            with databases.copy_of(template) as url:
                command = [sys.executable, "-m", "benchmarks", "--here", workload]
                failed += subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode != 0
    return min(failed, 1)


def run(workload: str) -> int:
    """Measure `workload` in the database that DATABASE_URL names, which is taken for empty and scratch."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jini.settings")
    django.setup()
    module = importlib.import_module(WORKLOADS[workload])
    try:
        figures = module.run(int(os.environ.get("ROWS") or module.SIZE))
    except Failed as failure:
        print(f"{workload}: {failure}", file=sys.stderr)
        return 1
    print(figures.line(workload), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
