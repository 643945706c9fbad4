"""What accounts record about whoever signs in."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, PushSubscription
from jini.lib.recorded import Line, counted
from jini.lib.words import moment_in_words


def last_sign_in(member: Membership) -> str:
    at = member.user.last_login
    return moment_in_words(at) if at else _now("never")


LINES = (
    Line(_("The last sign-in"), "account", last_sign_in),
    Line(
        _("Browsers that show my reminders"),
        "secrets",
        counted(lambda member: PushSubscription.objects.filter(member=member)),
        view="accounts:reminder_choice",
    ),
)
