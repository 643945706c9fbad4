"""JiNi as it is, but for the lead list, which shows rows that were read once: what the server and the template cost."""

from jini.settings import *  # noqa: F403 -- the same, and one address besides

ROOT_URLCONF = "benchmarks.floor_urls"
