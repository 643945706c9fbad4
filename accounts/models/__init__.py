"""People, organisations, and what the installation itself remembers."""

from accounts.models.api_key import ApiKey
from accounts.models.audit_entry import AuditEntry
from accounts.models.due_task import DueTask
from accounts.models.invitation import Invitation
from accounts.models.membership import Membership
from accounts.models.notification import Notification
from accounts.models.organisation import Organisation
from accounts.models.push_subscription import PushSubscription
from accounts.models.reminder_choice import ReminderChoice
from accounts.models.sign_in_link import SignInLink
from accounts.models.user import User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "DueTask",
    "Invitation",
    "Membership",
    "Notification",
    "Organisation",
    "PushSubscription",
    "ReminderChoice",
    "SignInLink",
    "User",
]
