"""What is said of files that are refused and of rows that are left out."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.custom.showing import in_words
from leads.erased import FAULT, SAID
from leads.importing.columns import Fields, targets
from leads.importing.consenting import HOW, WORDS
from leads.languages import in_words as in_languages
from leads.models import Consent, CustomField
from leads.phone_faults import PHONE_FAULTS

REFUSALS: dict[str, Any] = {
    "empty": _("The file is empty. Choose a file with at least one row."),
    "only_header": _("The file has headings and no row below them. Choose a file with at least one row."),
    "too_large": _("The file has %(size)s MB; at most %(most)s MB can be imported. Cut it into parts."),
    "binary": _("This is not a table. Save the list as CSV or Excel (.xlsx) and choose that file."),
    "markup": _("This is a web page or another document, not a table. Save the list as CSV or Excel (.xlsx)."),
    "encoding": _("The letters of this file cannot be read. Save it as “CSV UTF-8” and choose it again."),
    "quote": _("A quotation mark is opened and never closed before row %(row)s. Close it in the file."),
    "columns": _("Row %(row)s has more than %(most)s columns. Is the separator right?"),
    "zip": _("This is an archive, not an Excel file. Unpack it and choose the list inside."),
    "bomb": _("This Excel file unpacks to far more than it weighs, which is not safe. Save the list as CSV."),
    "protected": _("This Excel file has a password. Save it without one."),
    "broken": _("This Excel file is damaged. Open it in Excel, save it again, or save it as CSV."),
    "headings": _(
        "The headings of the file have changed. Import it by hand once, and repeat the source from that import."
    ),
    "nobody": _("Whoever set this source up is no longer here. Set it up again."),
    "unreachable": _("The address cannot be reached. Is it right, and open to everybody?"),
    "private": _("The address leads into a network that is not public, so it is not asked."),
    "insecure": _("The address must begin with https://."),
    "status": _("The address answered with the error %(status)s."),
    "redirects": _("The address leads on to others too often."),
    "slow": _("The address took too long to answer."),
    "file_missing": _("The file is not there any more. Choose it again."),
    "too_complex": _("This file takes too much memory or time to read. Save the list as CSV, or cut it into parts."),
}
FAULTS: dict[str, Any] = {f"phone_{fault}": said for fault, said in PHONE_FAULTS.items()} | {
    "phone_empty": _("The phone is empty."),
    FAULT: SAID,
    "phone_unread": _("Another number in the same cell cannot be read."),
    "email_invalid": _("This is no e-mail address; the field is left empty."),
    "value_invalid": _("This is no amount; the field is left empty."),
    "score_invalid": _("This is no whole number from 0 to 1000; the field is left empty."),
    "language_unknown": _("This language is not known; the field is left empty."),
    "languages_many": _("These are too many languages; the field is left empty."),
    "owner_unknown": _("Nobody of this name or e-mail address whom you see; the lead has no owner."),
    "too_long": _("The text is too long; the field is left empty."),
    "number_invalid": _("This is no number; the field is left empty."),
    "date_invalid": _("This is no date; the field is left empty."),
    "choice_unknown": _("This is none of the field's choices; it is left empty."),
    "url_invalid": _("This is no web address; the field is left empty."),
    "yes_no_invalid": _("This is neither yes nor no; the field is left empty."),
    "consent_unknown": _("This is neither yes, no nor withdrawn; no consent is noted."),
    "time_unknown": _("This is no date or time."),
    "how_unknown": _("This is none of the ways: call, form, message, letter."),
    "consent_undated": _("It is not said when they agreed; that they agreed is not noted."),
    "consent_unproven": _("It is not said what they agreed to, or how; that they agreed is not noted."),
    "consent_future": _("This time is yet to come; no consent is noted."),
    "missing": _("This field must be answered and is empty."),
}


def refusal(code: str, more: Mapping[str, Any]) -> str:
    """Return why a file was refused and what to do; `more` as `Refused` carries it."""
    return str(REFUSALS[code]) % dict(more)


def every_field() -> dict[str, CustomField]:
    """Return the custom fields of the open scope by key, also those that are used no more: lists remember them."""
    return {field.key: field for field in CustomField.objects.all()}


def target(name: str, fields: Fields) -> Any:
    """Return what a field is called; its own name for one that is not known any more."""
    return targets(fields).get(name, name)


def value(name: str, text: str, fields: Fields) -> str:
    """Return a value of a row, or of a change, as a page shows it."""
    if name == "language":
        return in_languages(text)
    if name in WORDS:
        return str(dict(Consent.State.choices).get(text, text))
    if name == HOW:
        return str(dict(Consent.Source.choices).get(text, text))
    return in_words(fields[name], text) if name in fields else text


def fault(code: str) -> str:
    """Return what is wrong with a cell; the code itself for one that is not known any more."""
    return str(FAULTS.get(code, code))
