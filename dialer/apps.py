"""The dialer app."""

from django.apps import AppConfig


class DialerConfig(AppConfig):
    name = "dialer"

    def ready(self) -> None:
        from dialer.defaults import disposition_labels, give_dialer  # noqa: PLC0415 -- models are loaded only now
        from jini.lib import lookups  # noqa: PLC0415 -- registers at start
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start

        on_founding(give_dialer)
        lookups.register("dispositions", disposition_labels)
