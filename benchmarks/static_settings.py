"""JiNi as it is, with one more folder of static files, which STATIC_BESIDE names."""

import os

from jini.settings import *  # noqa: F403 -- the same, and one folder besides
from jini.settings import STATICFILES_DIRS as OWN

STATICFILES_DIRS = [*OWN, os.environ["STATIC_BESIDE"]]
