"""Publishing a text of the installation's own."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from privacy.models import Policy
from privacy.policies import owe_announcement, start_of, store


@transaction.atomic
def publish_own(
    kind: str, *, bodies: Mapping[str, str], summaries: Mapping[str, str], effective_on: dt.date, is_material: bool
) -> Policy:
    """Store the next version of `kind` in every language of `bodies`, have everybody told, and return the English text.

    From then on the program's own files of that kind are not published any more: two authors of one text would
    contradict each other. Two who publish at once get two versions, one after the other.
    """
    versions = Policy.objects.select_for_update().filter(kind=kind).values_list("version", flat=True)
    number = max(versions, default=0) + 1
    texts = {
        language: store(
            kind,
            number,
            language,
            body,
            effective_from=start_of(effective_on),
            is_material=is_material,
            summary=summaries[language],
        )
        for language, body in bodies.items()
    }
    owe_announcement()
    return texts["en"]
