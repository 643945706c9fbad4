"""The privacy app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "privacy"

    def ready(self) -> None:
        from jini.lib.founding import on_founding  # noqa: PLC0415 -- registers at start
        from privacy.defaults import give_contact_policy  # noqa: PLC0415 -- models are loaded only now

        on_founding(give_contact_policy)
