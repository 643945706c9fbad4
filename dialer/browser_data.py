"""What a browser keeps that is a telecaller's phone."""

from django.utils.translation import gettext_lazy as _

from jini.lib.browser_data import Kept

FOR_GOOD = _("until the browser's data are cleared")
IN_BROWSERS = (
    Kept(
        "jini-browser",
        _("tells this browser from your others, where it is your phone"),
        FOR_GOOD,
        is_needed=True,
        place="localStorage",
    ),
    Kept(
        "jini-microphone",
        _("remembers the microphone that you chose"),
        FOR_GOOD,
        is_needed=True,
        place="localStorage",
    ),
    Kept("jini-speaker", _("remembers the speaker that you chose"), FOR_GOOD, is_needed=True, place="localStorage"),
)
