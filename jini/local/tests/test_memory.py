"""What PostgreSQL is given of the memory of the machine."""

import pytest

from jini.local import postgresql
from jini.local.postgresql import SETTINGS, memory_for, memory_mib


@pytest.mark.parametrize(
    ("mib", "buffers", "cache"),
    [
        (512, "128MB", "256MB"),
        (4_096, "512MB", "2048MB"),
        (24_576, "3072MB", "12288MB"),
        (262_144, "4096MB", "131072MB"),
    ],
)
def test_an_eighth_of_the_machine_within_bounds(mib, buffers, cache):
    assert memory_for(mib) == {"shared_buffers": buffers, "effective_cache_size": cache}


def test_a_container_has_what_it_is_allowed(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(postgresql, "CGROUP_LIMIT", limit)
    whole = memory_mib()
    limit.write_text("max\n")
    assert memory_mib() == whole

    limit.write_text(f"{100 * 2**20}\n")

    assert memory_mib() == 100


def test_the_server_starts_with_it():
    assert memory_for(memory_mib()).items() <= SETTINGS.items()
