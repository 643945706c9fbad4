"""What hangs on a lead in this app: moved to another lead by a merge, and back when that is undone."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from leads.models import Activity, Consent, FollowUp, ImportRow, Lead, LeadFile, LeadPhone, LeadTag

# What simply hangs on a lead. Tags, follow-ups and numbers have rules of their own.
PLAIN = {"activities": Activity, "import_rows": ImportRow, "files": LeadFile, "consents": Consent}
# What there is to know of a further number.
OF_NUMBER = ("phone", "kind", "is_active", "position")
Moved = dict[str, Any]


def move_rows(keep: Lead, gone: Lead) -> Moved:
    """Move timeline, follow-ups, tags, files, consents and import rows of `gone`; return what `put_rows_back` needs.

    What the owner of one of them still owed goes to the owner of the lead that is kept, as when a lead changes hands.
    A tag that both have stays where it is.
    """
    moved: Moved = {name: _move(model.objects.filter(lead=gone), keep) for name, model in PLAIN.items()}
    tags = LeadTag.objects.filter(lead=gone).exclude(tag__in=LeadTag.objects.filter(lead=keep).values("tag"))
    moved["tags"] = _move(tags, keep)
    moved["follow_ups"] = _move(FollowUp.objects.filter(lead=gone), keep)
    return moved


def hand_over(keep: Lead, owners: Iterable[uuid.UUID | None]) -> dict[str, list[str]]:
    """Give what `owners` still owe the lead to its owner; return {follow-up: [old, new]}."""
    new = keep.assigned_to_id
    if new is None:
        return {}
    open_ones = FollowUp.objects.open().filter(
        lead=keep, assigned_to__in=[one for one in owners if one not in {None, new}]
    )
    changed = {str(pk): [str(old), str(new)] for pk, old in open_ones.values_list("pk", "assigned_to")}
    FollowUp.objects.filter(pk__in=changed).update(assigned_to=new)
    return changed


def put_rows_back(keep: Lead, gone: Lead, moved: Moved) -> None:
    """Move back what is still on `keep`."""
    models = {**PLAIN, "tags": LeadTag, "follow_ups": FollowUp}
    for follow_up, (old, new) in moved["handed_over"].items():
        FollowUp.objects.filter(pk=follow_up, lead=keep, assigned_to=new).update(assigned_to=old)
    for name, model in models.items():
        # A merge of before there were consents names none.
        model.objects.filter(pk__in=moved.get(name, []), lead=keep).update(lead=gone)


def move_phones(keep: Lead, gone: Lead, numbers: Iterable[str]) -> Moved:
    """Let `keep` have every number of both: `numbers` are the main ones of before, one of which is its main one now."""
    further = {row.phone: row for row in LeadPhone.objects.filter(lead=keep)}
    dropped = further.pop(keep.phone, None)
    place = LeadPhone.objects.filter(lead=keep).aggregate(Max("position"))["position__max"] or 0
    moved: Moved = {"made": [], "moved": {}, "dropped": None}
    if dropped is not None:
        moved["dropped"] = {"id": str(dropped.pk)} | {name: getattr(dropped, name) for name in OF_NUMBER}
        dropped.delete()
    for number in numbers:
        if number != keep.phone and number not in further:
            place += 1
            further[number] = LeadPhone.objects.create(lead=keep, phone=number, position=place)
            moved["made"].append(str(further[number].pk))
    for row in LeadPhone.objects.filter(lead=gone).order_by("position", "pk"):
        if row.phone != keep.phone and row.phone not in further:
            place += 1
            moved["moved"][str(row.pk)] = row.position
            further[row.phone] = row
            row.lead, row.position = keep, place
            row.save(update_fields=["lead", "position"])
    return moved


def put_phones_back(keep: Lead, gone: Lead, moved: Moved) -> None:
    """Take the numbers off `keep` that are the main ones of the two again, and give `gone` its further ones back."""
    LeadPhone.objects.filter(pk__in=moved["made"], lead=keep, phone__in=[keep.phone, gone.phone]).delete()
    for row in LeadPhone.objects.filter(pk__in=moved["moved"], lead=keep):
        row.lead, row.position = gone, moved["moved"][str(row.pk)]
        row.save(update_fields=["lead", "position"])
    if (dropped := moved["dropped"]) and dropped["phone"] != keep.phone:
        as_it_was = {name: value for name, value in dropped.items() if name != "phone"}
        LeadPhone.objects.get_or_create(lead=keep, phone=dropped["phone"], defaults=as_it_was)


def _move(rows: Any, keep: Lead) -> list[str]:
    ids = list(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=ids).update(lead=keep)
    return [str(pk) for pk in ids]
