"""Rows that people put in an order of their own, with `is_active` and `position`."""

from typing import Any


def shift(row: Any, *, earlier: bool) -> bool:
    """Let `row` change places with the one before it, or after it, in a transaction; return whether it moved.

    Rows out of use come last. At the end of the order a row stays where it is.
    """
    model = type(row)
    # In id order, as every action locks; then as they stand in the order.
    rows = list(model.objects.select_for_update().order_by("pk"))
    rows.sort(key=lambda one: (not one.is_active, one.position, one.pk))
    here = next(place for place, one in enumerate(rows) if one.pk == row.pk)
    there = here - 1 if earlier else here + 1
    if not 0 <= there < len(rows):
        return False
    rows[here], rows[there] = rows[there], rows[here]
    moved = [one for place, one in enumerate(rows) if one.position != place]
    for place, one in enumerate(rows):
        one.position = place
    model.objects.bulk_update(moved, ["position"])
    return True
