"""A telephone company that exists only here, and says so."""

from dialer.providers.simulator.account import Simulator
from dialer.providers.simulator.incoming import call_in, emit, pick_up
from dialer.providers.simulator.posting import BROWSER, signature
from dialer.providers.simulator.softphones import PAGE

__all__ = ["BROWSER", "PAGE", "Simulator", "call_in", "emit", "pick_up", "signature"]
