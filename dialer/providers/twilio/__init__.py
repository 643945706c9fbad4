"""Twilio."""

from dialer.providers.twilio.account import Twilio
from dialer.providers.twilio.master import TwilioMaster
from dialer.providers.twilio.softphones import PAGE, SigningKey

__all__ = ["PAGE", "SigningKey", "Twilio", "TwilioMaster"]
