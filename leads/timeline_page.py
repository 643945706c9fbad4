"""A page of a lead's timeline: what was written on it, and among that what other records tell of the lead."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.middleware import MemberRequest
from accounts.models import Membership
from jini.lib import call_sounds, lead_lines
from jini.lib.paging import Page, keyset_page
from leads import consents
from leads.models import Activity, ImportBatch, Lead
from leads.timeline import FILTERS, ICONS, Line, lines_of
from privacy.contact_facts import Channel
from privacy.models import DoNotCall

SIZE = 20
Kind = Activity.Kind


@dataclass(frozen=True)
class Timeline:
    """The lines of one page, the chip that is on, and all chips."""

    page: Page[Activity]
    lines: Sequence[Line]
    chip: str
    chips: Sequence[tuple[str, str]]


def timeline(request: MemberRequest, lead: Lead) -> Timeline:
    """Return the page that the query string asks for: `show` a chip, `older` or `newer` a cursor."""
    chip = request.GET.get("show", "")
    written = Activity.objects.filter(lead=lead).select_related("actor__user")
    if chip in FILTERS:
        written = written.filter(kind__in=FILTERS[chip])
    page = keyset_page(request, written, by="-at", size=SIZE)
    lines = _with_sounds(lines_of(page.rows), request.member)
    if chip in {"", "changes"} or chip not in FILTERS:
        since, until = _bounds(page, written)
        beside = [line for line in _beside(lead, request.member, chip) if since < line.at <= until]
        lines = sorted([*lines, *beside], key=lambda line: line.at, reverse=True)
    return Timeline(page, lines, chip if chip in FILTERS else "", _chips())


def _with_sounds(lines: list[Line], member: Membership) -> list[Line]:
    sounds = call_sounds.addresses({line.call for line in lines if line.call}, member)
    return [replace(line, sound=sounds[line.call]) if line.call in sounds else line for line in lines]


def _chips() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("calls", _("Calls")),
        ("messages", _("Messages")),
        ("notes", _("Notes")),
        ("changes", _("Changes")),
        ("files", _("Files")),
    ]


def _bounds(page: Page[Activity], written: Any) -> tuple[dt.datetime, dt.datetime]:
    """The stretch of time that the page covers: from its last line, if older ones follow, to the last line before it."""
    since, until = dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC)
    if page.older_url and page.rows:
        since = page.rows[-1].at
    if page.newer_url and page.rows:
        first = page.rows[0]
        before = written.filter(at__gte=first.at).exclude(pk__lte=first.pk, at=first.at).order_by("at", "pk").first()
        until = before.at if before else until
    return since, until


def _beside(lead: Lead, member: Membership, chip: str) -> list[Line]:
    told = [*_do_not_call(lead), *consents.lines_of(lead), *lead_lines.lines_of(lead, member)]
    if not chip and lead.import_batch_id:
        told += _import(lead)
    return [Line(line.at, line.icon, line.title, line.more, "", [], sound=line.sound) for line in told]


def _import(lead: Lead) -> list[lead_lines.LeadLine]:
    """The list that the lead came with; it stands on the lead alone, since lists are long."""
    batch = ImportBatch.objects.select_related("created_by__user").filter(pk=lead.import_batch_id).first()
    if batch is None:
        return []
    more = f"{batch.created_by.name}, {batch.file_name}"
    return [lead_lines.LeadLine(lead.created_at, ICONS[Kind.IMPORT], str(Kind.IMPORT.label), more)]


def _do_not_call(lead: Lead) -> list[lead_lines.LeadLine]:
    rows = DoNotCall.objects.select_related("by__user", "lifted_by__user").filter(phone=lead.phone).order_by("-at")
    told = []
    for row in rows[: lead_lines.MOST]:
        source = row.get_source_display()
        how = "" if row.channel == Channel.CALL else f", {row.get_channel_display()}"
        more = f"{row.by.name}, {source}" if row.by else source
        told.append(lead_lines.LeadLine(row.at, "ban", _("Do not call") + how, more))
        if row.lifted_at is not None:
            why = ", ".join(part for part in (row.lifted_by.name, row.lifted_because) if part)
            told.append(lead_lines.LeadLine(row.lifted_at, "phone-check", _("May be called again") + how, why))
    return told
