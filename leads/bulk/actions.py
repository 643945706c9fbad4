"""Everything that can be done with many leads at once."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from jini.lib import lead_bulk, lead_watch
from leads.bulk import assigning, barring, changing, deleting, exporting, forms
from leads.bulk.steps import Action
from leads.erased import SAID

# Why a lead was left as it was.
REASONS: dict[str, str | Promise] = {
    "same": _("It was so already."),
    "changed": _("Somebody changed it meanwhile."),
    "unseen": _("It is not among the leads you see any more."),
    "in_bin": _("It is in the bin."),
    "gone": _("It does not exist any more."),
    "busy": _("Somebody was working on it all the time."),
    "no_capacity": _("Nobody chosen can take another lead."),
    "barred": _("Its numbers are on do not call."),
    "phone": _("Another lead has this number by now."),
    "erased": SAID,
}
DELETE, EXPORT = "delete", "export"

_OWN = (
    Action(
        "assign",
        _("Assign"),
        "user-plus",
        Permission.LEAD_ASSIGN,
        _("The leads change hands; open follow-ups go along, and the queue follows."),
        forms.AssignForm,
        assigning.apply,
        assigning.undo,
        guards=("owner",),
        watched=lead_watch.OWNER,
        takes_follow_ups=True,
    ),
    Action(
        "status",
        _("Status"),
        "circle-check",
        Permission.LEAD_EDIT,
        _("Leads in a closed status are called no more; entering a won one counts as a conversion."),
        forms.StatusForm,
        changing.change_status,
        changing.change_status_back,
        guards=("status", "reason"),
        watched=lead_watch.STATUS,
    ),
    Action(
        "tag",
        _("Add a tag"),
        "tag",
        Permission.LEAD_EDIT,
        _("A word that is new becomes a tag."),
        forms.TagForm,
        changing.tag,
        changing.untag_again,
    ),
    Action(
        "untag",
        _("Remove a tag"),
        "tags",
        Permission.LEAD_EDIT,
        _("The tag itself stays."),
        forms.UntagForm,
        changing.untag,
        changing.tag_again,
    ),
    Action(
        "bar",
        _("Do not call"),
        "ban",
        Permission.LEAD_EDIT,
        _("All numbers of the leads go on do not call. This is not undone here."),
        forms.BulkForm,
        barring.bar,
    ),
    Action(
        EXPORT,
        _("Export"),
        "download",
        Permission.LEAD_EXPORT,
        _("A file for you alone, to download for 72 hours. The export is noted."),
        forms.ExportForm,
        exporting.write,
    ),
    Action(
        DELETE,
        _("Delete"),
        "trash",
        Permission.LEAD_DELETE,
        _("The leads go into the bin for 30 days and wait in no queue; calls stay in the call log."),
        forms.BulkForm,
        deleting.delete,
        deleting.restore,
        guards=("owner", "status"),
        watched=lead_watch.DELETED,
    ),
)


def actions() -> dict[str, Action]:
    """Return every action by its key, in the order in which they are offered; those of higher apps before the last ones."""
    own = {action.key: action for action in _OWN}
    added = {verb.key: Action.of(verb) for verb in lead_bulk.registered()}
    first = {key: own.pop(key) for key in ("assign", "status", "tag", "untag")}
    return first | added | own


def actions_of(member: Membership) -> list[Action]:
    """Return what `member` may do."""
    return [action for action in actions().values() if member.may(Permission(action.permission))]


def reason_in_words(action: Action, code: str) -> str:
    """Say why a lead was left as it was."""
    return str(action.reasons.get(code) or REASONS.get(code, code))
