"""Exotel."""

from dialer.providers.exotel.account import Exotel
from dialer.providers.exotel.client import HOSTS

__all__ = ["HOSTS", "Exotel"]
