"""The gates of `contact_rules` and every reason they give, in words."""

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class GateName(StrEnum):
    """The gates in their order."""

    ORGANISATION = "organisation"
    NUMBER = "number"
    DO_NOT_CALL = "do_not_call"
    CONSENT = "consent"
    REGISTRY = "dnd_registry"
    OVERRIDE = "consent_override"
    SERIES = "caller_series"
    HOURS = "calling_hours"
    LIFETIME = "lifetime_attempts"
    DAY = "daily_attempts"
    DAY_PART = "day_part_attempts"
    ROLLING = "rolling_attempts"
    GAP = "minimum_gap"
    LEAD_LINE = "lead_line"
    TELECALLER_LINE = "telecaller_line"
    SPEND = "spend_cap"


class Reason(StrEnum):
    """Codes that stand on stored decisions: add, never rename."""

    ALLOWED = "allowed"
    ORGANISATION_ACTIVE = "organisation_active"
    ORGANISATION_NOT_ACTIVE = "organisation_not_active"
    ORGANISATION_CANCELLED = "organisation_cancelled"
    STOPPED = "stopped"
    STOPPED_BY_OPERATOR = "stopped_by_operator"
    NUMBER_FINE = "number_fine"
    NUMBER_INVALID = "number_invalid"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    KIND_NOT_ALLOWED = "kind_not_allowed"
    NOT_ON_DO_NOT_CALL = "not_on_do_not_call"
    ON_DO_NOT_CALL = "on_do_not_call"
    CONSENT_IN_FORCE = "consent_in_force"
    CONSENT_NOT_NEEDED = "consent_not_needed"
    CONSENT_MISSING = "consent_missing"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_EXPIRED = "consent_expired"
    DND_NOT_ASKED = "dnd_not_asked"
    DND_CLEAR = "dnd_clear"
    DND_NOT_CHECKED = "dnd_not_checked"
    DND_STALE = "dnd_stale"
    DND_REGISTERED = "dnd_registered"
    DND_OVERRIDDEN = "dnd_overridden"
    OVERRIDE_NOT_NEEDED = "override_not_needed"
    OVERRIDE_IN_FORCE = "override_in_force"
    OVERRIDE_MISSING = "override_missing"
    SERIES_FITS = "series_fits"
    SERIES_NOT_ASKED = "series_not_asked"
    SERIES_OF_OWN_PHONE = "series_of_own_phone"
    NOT_PROMOTIONAL_SERIES = "not_promotional_series"
    NOT_SERVICE_SERIES = "not_service_series"
    CALLER_RESTS = "caller_rests"
    WITHIN_HOURS = "within_hours"
    OUTSIDE_HOURS = "outside_hours"
    NO_HOURS = "no_hours"
    PRACTICE = "practice"
    WITHIN_LIFETIME = "within_lifetime"
    LIFETIME_USED = "lifetime_used"
    WITHIN_DAY = "within_day"
    DAY_USED = "day_used"
    NO_PART_LIMIT = "no_part_limit"
    WITHIN_PART = "within_part"
    PART_USED = "part_used"
    WITHIN_ROLLING = "within_rolling"
    ROLLING_USED = "rolling_used"
    NO_CALL_BEFORE = "no_call_before"
    GAP_KEPT = "gap_kept"
    GAP_NOT_OVER = "gap_not_over"
    LEAD_FREE = "lead_free"
    LEAD_ON_CALL = "lead_on_call"
    TELECALLER_FREE = "telecaller_free"
    TELECALLER_ON_CALL = "telecaller_on_call"
    OUTCOME_OWED = "outcome_owed"
    TELECALLER_NO_PHONE = "telecaller_no_phone"
    WITHIN_SPEND = "within_spend"
    CALLS_USED = "calls_used"
    SPEND_USED = "spend_used"
    MINUTES_USED = "minutes_used"
    NEW_CALLS_USED = "new_calls_used"
    MEMBER_CALLS_USED = "member_calls_used"
    MEMBER_MINUTES_USED = "member_minutes_used"
    MEMBER_SPEND_USED = "member_spend_used"


LABELS: dict[GateName, Promise] = {
    GateName.ORGANISATION: _("Organisation"),
    GateName.NUMBER: _("Number"),
    GateName.DO_NOT_CALL: _("Do-not-call list"),
    GateName.CONSENT: _("Consent"),
    GateName.REGISTRY: _("DND registry"),
    GateName.OVERRIDE: _("Explicit consent over DND"),
    GateName.SERIES: _("Number shown"),
    GateName.HOURS: _("Calling hours"),
    GateName.LIFETIME: _("Attempts in all"),
    GateName.DAY: _("Attempts today"),
    GateName.DAY_PART: _("Attempts in this part of the day"),
    GateName.ROLLING: _("Attempts in 24 hours"),
    GateName.GAP: _("Minimum gap"),
    GateName.LEAD_LINE: _("Lead’s line"),
    GateName.TELECALLER_LINE: _("Telecaller’s line"),
    GateName.SPEND: _("Spend limit"),
}

# Of a number's series, within a sentence.
SERIES_SAID: dict[str, Any] = {"140": "140", "1600": "1600", "ordinary": _("ordinary numbers")}

SENTENCES: dict[Reason, Promise] = {
    Reason.ALLOWED: _("This person may be called now."),
    Reason.ORGANISATION_ACTIVE: _("Your organisation is active."),
    Reason.ORGANISATION_NOT_ACTIVE: _("Your organisation is not active, so it places no calls."),
    Reason.ORGANISATION_CANCELLED: _("The owner has cancelled your organisation's account, so it places no calls."),
    Reason.STOPPED: _("An admin has stopped all calls of your organisation. Telephony says why."),
    Reason.STOPPED_BY_OPERATOR: _("Whoever runs this JiNi has stopped all calls. Try again later."),
    Reason.NUMBER_FINE: _("The number can be dialled (%(country)s)."),
    Reason.NUMBER_INVALID: _("This is not a complete phone number. Correct it on the lead."),
    Reason.COUNTRY_NOT_ALLOWED: _("Numbers of this country (%(country)s) are not called. An admin can allow it."),
    Reason.KIND_NOT_ALLOWED: _("Numbers of this kind (%(kind)s) are not called."),
    Reason.NOT_ON_DO_NOT_CALL: _("Not on your do-not-call list."),
    Reason.ON_DO_NOT_CALL: _("This number is on your do-not-call list."),
    Reason.CONSENT_IN_FORCE: _("The person agreed to calls of this kind."),
    Reason.CONSENT_NOT_NEEDED: _("No consent is in force, and your rules do not ask for one."),
    Reason.CONSENT_MISSING: _("Your rules ask for consent, and none is recorded."),
    Reason.CONSENT_WITHDRAWN: _("The person withdrew their consent to calls of this kind."),
    Reason.CONSENT_REFUSED: _("The person does not want calls of this kind."),
    Reason.CONSENT_EXPIRED: _("The person’s consent has expired."),
    Reason.DND_NOT_ASKED: _("Only promotional calls are checked against the DND registry."),
    Reason.DND_CLEAR: _("Checked: not registered."),
    Reason.DND_NOT_CHECKED: _(
        "This number was not checked against the DND registry. An admin can bring in the results."
    ),
    Reason.DND_STALE: _("The last check against the DND registry is too old."),
    Reason.DND_REGISTERED: _("The number is registered for DND."),
    Reason.DND_OVERRIDDEN: _("The person’s explicit consent to you outweighs the registry."),
    Reason.OVERRIDE_NOT_NEEDED: _("Not needed."),
    Reason.OVERRIDE_IN_FORCE: _("Explicit consent is recorded and in force."),
    Reason.OVERRIDE_MISSING: _("No explicit consent of the person is in force."),
    Reason.SERIES_FITS: _("The number shown may carry calls of this kind."),
    Reason.SERIES_NOT_ASKED: _("The rule on number series is for numbers of India."),
    Reason.SERIES_OF_OWN_PHONE: _("Own phones show their own number, which is not checked."),
    Reason.NOT_PROMOTIONAL_SERIES: _(
        "A promotional call needs a number of a series that may carry it (%(series)s), and the number shown is none. "
        "An admin chooses another number, or says what the calls are."
    ),
    Reason.NOT_SERVICE_SERIES: _(
        "The number shown is of a series that may not carry service calls (allowed: %(series)s). "
        "An admin chooses another number."
    ),
    Reason.CALLER_RESTS: _("The number shown is switched off. An admin chooses another one."),
    Reason.WITHIN_HOURS: _("It is %(time)s for the lead (%(zone)s)."),
    Reason.OUTSIDE_HOURS: _("It is %(time)s for the lead (%(zone)s), outside calling hours."),
    Reason.NO_HOURS: _("Your rules allow no calling hours on any day."),
    Reason.PRACTICE: _("Not asked: calls of the demonstration are practice and ring nobody."),
    Reason.WITHIN_LIFETIME: _("%(count)s of %(limit)s used."),
    Reason.LIFETIME_USED: _("Called %(count)s times in all; your limit is %(limit)s."),
    Reason.WITHIN_DAY: _("%(count)s of %(limit)s used."),
    Reason.DAY_USED: _("Called %(count)s times today; your limit is %(limit)s."),
    Reason.NO_PART_LIMIT: _("Your rules set no limit for parts of the day."),
    Reason.WITHIN_PART: _("%(count)s of %(limit)s used."),
    Reason.PART_USED: _("Called %(count)s times in this part of the day; your limit is %(limit)s."),
    Reason.WITHIN_ROLLING: _("%(count)s of %(limit)s used."),
    Reason.ROLLING_USED: _("Called %(count)s times in the last 24 hours; your limit is %(limit)s."),
    Reason.NO_CALL_BEFORE: _("No call before this one."),
    Reason.GAP_KEPT: _("%(minutes)s min since the last call, %(needed)s needed."),
    Reason.GAP_NOT_OVER: _("%(minutes)s min since the last call; your rules ask for %(needed)s."),
    Reason.LEAD_FREE: _("Nobody is calling this person."),
    Reason.LEAD_ON_CALL: _("Someone is on a call with this person now."),
    Reason.TELECALLER_FREE: _("The telecaller is free."),
    Reason.TELECALLER_ON_CALL: _("You are already on a call."),
    Reason.OUTCOME_OWED: _("Save the outcome of your last call first."),
    Reason.TELECALLER_NO_PHONE: _("Calls ring your phone first, and your profile has no number. Add it there."),
    Reason.WITHIN_SPEND: _("%(count)s of %(limit)s calls of the organisation used today."),
    Reason.CALLS_USED: _("Your organisation made %(count)s calls today; its limit is %(limit)s."),
    Reason.SPEND_USED: _("Your organisation spent %(amount)s today, running calls included; its limit is %(limit)s."),
    Reason.MINUTES_USED: _(
        "Your organisation talked %(count)s minutes today, running calls included; its limit is %(limit)s."
    ),
    Reason.NEW_CALLS_USED: _(
        "Your organisation is new here and made %(count)s calls today; whoever runs this JiNi allows %(limit)s a day at first."
    ),
    Reason.MEMBER_CALLS_USED: _("You made %(count)s calls today; the limit for one person is %(limit)s."),
    Reason.MEMBER_MINUTES_USED: _("You talked %(count)s minutes today; the limit for one person is %(limit)s."),
    Reason.MEMBER_SPEND_USED: _("Your calls cost %(amount)s today; the limit for one person is %(limit)s."),
}
