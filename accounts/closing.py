"""What ends in accounts with the account of an organisation."""

from django.utils import timezone

from accounts.models import Invitation, Membership
from accounts.tenancy import current_organisation


def stop(_by: Membership | None) -> None:
    """Shut every invitation. Keys and paired devices are refused as long as the organisation is not active."""
    Invitation.objects.open().filter(organisation=current_organisation()).update(withdrawn_at=timezone.now())
