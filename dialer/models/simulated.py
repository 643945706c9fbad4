"""What the simulator would know if it were a telephone company."""

from django.db import models

from accounts.tenancy import OrganisationOwned


class SimulatedCall(OrganisationOwned):
    """The simulator's own record of one call, apart from ours: what happens on its legs, and what it has yet to post.

    `events` are [{leg, status, at, sequence, duration}] in the order they happen; `deliveries` are [due_at, index of
    the event], of which the first `sent` went out.
    """

    token = models.UUIDField()
    events = models.JSONField(default=list)
    deliveries = models.JSONField(default=list)
    sent = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "token"], name="simulated_call_once")]

    def __str__(self) -> str:
        return f"SimulatedCall {self.pk}"
