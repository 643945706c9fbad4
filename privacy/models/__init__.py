"""Promises and their proof: documents, acceptances, do-not-call facts and the rules of contact."""

from privacy.models.contact_policy import ContactPolicy
from privacy.models.do_not_call import DoNotCall
from privacy.models.policy import Acceptance, MarketingChoice, Policy

__all__ = ["Acceptance", "ContactPolicy", "DoNotCall", "MarketingChoice", "Policy"]
