"""What became of something that a provider was asked to do."""

from dataclasses import dataclass
from enum import StrEnum


class DialOutcome(StrEnum):
    """UNCLEAR: the provider may have taken it. It is asked what became of it and never told again."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRY_LATER = "try_later"
    UNCLEAR = "unclear"


class Refusal(StrEnum):
    """Why a provider refused a dial for good, by who can put it right: the lead's data, or an admin."""

    NUMBER_INVALID = "number_invalid"
    CALLER_ID = "caller_id_refused"
    TRIAL_ACCOUNT = "trial_account"
    CREDENTIALS = "credentials_refused"
    ON_REGISTER = "on_provider_register"
    NO_CREDIT = "no_credit"
    OTHER = "provider_refused"


@dataclass(frozen=True, slots=True)
class DialAnswer:
    """`provider_id` of the leg when ACCEPTED; `refusal` when REFUSED; `code` as the provider gave it."""

    outcome: DialOutcome
    provider_id: str = ""
    refusal: Refusal | None = None
    code: str = ""
