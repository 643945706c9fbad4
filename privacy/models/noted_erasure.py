"""Which entries of the ledger of erasures this database knows."""

from django.db import models

from jini.lib.ids import uuid7


class NotedErasure(models.Model):
    """An erasure that stands in the ledger (`privacy.ledger`), which lies outside the database.

    A database that was restored from an older backup lacks the rows of what was erased since: so they are known. Holds
    the kind and the id of what was erased alone, and is shared: an organisation that is erased leaves its row here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"NotedErasure {self.pk}"
