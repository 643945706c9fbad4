"""Icons, times, numbers and form controls in templates; loaded as a builtin."""

import datetime as dt
import functools
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.forms.boundfield import BoundWidget
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jini.lib import fragments, words

register = template.Library()
register.filter("indian", words.grouped)
register.filter("rupees", words.rupees)
register.filter("rupees_in_words", words.rupees_in_words)
register.filter("urgency", words.urgency)
register.filter("undo_url", fragments.undo_url)
register.filter("spoken", words.duration)
register.filter("moment", words.moment_in_words)
register.simple_tag(words.duration, name="duration")
register.simple_tag(words.clock, name="clock")
register.simple_tag(words.lateness, name="late")


@register.simple_tag
@functools.cache
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of the sprite; always beside a word or inside something with a name, so it is hidden from readers."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {classes}" if classes else "",
        static("icons.svg"),
        name,
    )


@register.simple_tag
def phone(number: str | None, *, country: bool = False) -> str:
    return words.phone_number(str(number), country=country) if number else ""


@register.simple_tag
def when(moment: dt.datetime | dt.date | None, classes: str = "") -> SafeString | str:
    """A `<time>` with the moment in words and the exact one for machines; nothing for None."""
    if moment is None:
        return ""
    exact = timezone.localtime(moment) if isinstance(moment, dt.datetime) else moment
    attribute = format_html(' class="{}"', classes) if classes else ""
    return format_html('<time datetime="{}"{}>{}</time>', exact.isoformat(), attribute, words.moment_in_words(moment))


@register.simple_tag
def when_about(moment: dt.datetime) -> SafeString:
    """A `<time>` with the moment as a column of a table has room for it, and in full where a pointer rests."""
    local = timezone.localtime(moment)
    said, short = words.minute_in_words(local, timezone.localdate())
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), said, short)


@register.filter
def share(part: float | Decimal, whole: float | Decimal) -> int:
    """`part` of `whole` in whole per cent, 0 of nothing: lengths of bars, beside which the figures stand in words."""
    return round(100 * float(part) / float(whole)) if whole else 0


@register.filter
def of(mapping: Mapping[str, Any], key: str) -> Any:
    """What `mapping` holds for `key`; nothing when it holds none."""
    return mapping.get(key, "")


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether the label stands behind the control."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several controls under one legend."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def choices(field: BoundField) -> list[BoundWidget]:
    """The controls of a group in the house's class."""
    widgets = field.subwidgets
    for widget in widgets:
        widget.data["attrs"]["class"] = "form-check-input"
    return widgets


@register.simple_tag
def describes(field: BoundField) -> SafeString | str:
    """The `aria-describedby` that ties the hint and the errors of `field` to its group."""
    return format_html(' aria-describedby="{}"', ids) if (ids := _described_by(field)) else ""


@register.simple_tag
def control(field: BoundField, **extra: Any) -> SafeString:
    """The input of `field` in the house's classes, tied to its hint and its errors; `extra` become attributes."""
    widget = field.field.widget
    look = "form-check-input" if is_tick(field) else "form-select" if isinstance(widget, Select) else "form-control"
    marks = ["" if is_tick(field) else "btn-tap", widget.attrs.get("class", ""), "is-invalid" if field.errors else ""]
    attributes: dict[str, str | bool] = {"class": " ".join(filter(None, [look, *marks]))}
    attributes |= {name.replace("_", "-"): value for name, value in extra.items()}
    if ids := _described_by(field):
        attributes["aria-describedby"] = ids
    return field.as_widget(attrs=attributes)


def _described_by(field: BoundField) -> str:
    ids = [f"{field.auto_id}-hint"] * bool(field.help_text) + [f"{field.auto_id}-error"] * bool(field.errors)
    return " ".join(ids)
