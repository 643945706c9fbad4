"""What the simulator would know if it were a telephone company."""

from django.db import models

from accounts.tenancy import OrganisationOwned


class SimulatedCall(OrganisationOwned):
    """The simulator's own record of one call, apart from ours: what happens on its legs, and what it has yet to post.

    `events` are [{leg, status, at, sequence, duration}] in the order they happen; `deliveries` are [due_at, index of
    the event], of which the first `sent` went out. `settings` say by leg how somebody stands in the conference (the
    fields of `LegSetting`), `tones` how many the keypad sent; which they were is not kept.
    """

    token = models.UUIDField()
    events = models.JSONField(default=list)
    deliveries = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    tones = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    # Whether the customer was to be told something before being put through.
    announces = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "token"], name="simulated_call_once")]

    def __str__(self) -> str:
        return f"SimulatedCall {self.pk}"
