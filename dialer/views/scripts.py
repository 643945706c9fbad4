"""Scripts: the list, the editor with its preview, and which of them a campaign has."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import MemberRequest
from accounts.models import Membership
from accounts.permissions import Permission, requires
from dialer.actions.scripts import (
    InUse,
    NameTaken,
    ScriptMoved,
    remove_script,
    restore_script,
    save_script,
    set_scripts,
)
from dialer.models import Campaign, Script, ScriptVersion
from dialer.script_forms import CampaignScriptsForm, ScriptForm
from dialer.scripts.checking import faults_of
from dialer.scripts.content import Content
from dialer.scripts.draft import SAVE, Draft, change_draft, first_draft, read_draft
from dialer.scripts.filling import fields, paragraphs, sample_lead
from jini.lib.fragments import fragment, toast
from jini.lib.paging import keyset_page

CONFLICT, INVALID = 409, 422


@require_safe
@requires(Permission.CAMPAIGN_EDIT)
def scripts(request: MemberRequest) -> HttpResponse:
    page = keyset_page(request, Script.objects.in_use(), by="name")
    return TemplateResponse(request, "dialer/scripts.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def script_new(request: MemberRequest) -> HttpResponse:
    return _edit(request, Script(), first_draft())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def script(request: MemberRequest, script: uuid.UUID) -> HttpResponse:
    found: Script = get_object_or_404(Script.objects.in_use(), pk=script)
    last = ScriptVersion.objects.get(script=found, number=found.version)
    return _edit(request, found, Draft(Content.read(last.content)))


def _edit(request: MemberRequest, found: Script, draft: Draft) -> HttpResponse:
    """Show the editor; a POST saves, or changes the draft in the form and saves nothing."""
    if request.method != "POST":
        return _editor(request, found, ScriptForm(instance=found), draft)
    draft = read_draft(request.POST)
    do = request.POST.get("do", SAVE)
    if do != SAVE:
        change_draft(draft, do)
        return _editor(request, found, ScriptForm(initial=request.POST.dict(), instance=found), draft)
    form = ScriptForm(request.POST, instance=found)
    draft.faults = faults_of(draft.content)
    if not form.is_valid() or draft.faults:
        return _editor(request, found, form, draft, INVALID)
    try:
        save_script(found, draft.content, by=request.member, based_on=_number(request.POST.get("based_on", "")))
    except NameTaken:
        form.add_error("name", _("There is a script of this name in this language."))
        return _editor(request, found, form, draft, INVALID)
    except ScriptMoved:
        return _editor(request, found, form, draft, CONFLICT)
    toast(request, _("Saved. Calls that begin from now on use this version."))
    return redirect("dialer:scripts")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _editor(request: MemberRequest, found: Script, form: ScriptForm, draft: Draft, status: int = 200) -> HttpResponse:
    there = Script.objects.filter(pk=found.pk).first()
    context = {
        "script": there,
        "form": form,
        "draft": draft,
        "fields": [(f"{{{{{word}}}}}", label) for word, label in fields().items()],
        "based_on": _based_on(request, there, status),
        "has_moved": status == CONFLICT,
        "preview": _preview(draft, request.member) if draft.is_previewed else [],
    }
    return fragment(request, "dialer/script_editor.html", "editor", context, status=status)


def _based_on(request: MemberRequest, there: Script | None, status: int) -> Any:
    """The version that the form was made from; who was told that it has moved decides on the newest."""
    if request.method == "POST" and status != CONFLICT:
        return _number(request.POST.get("based_on", ""))
    return there.version if there else 0


def _preview(draft: Draft, member: Membership) -> list[dict[str, Any]]:
    """Every step as the telecaller will see it, with an invented lead."""
    lead, names = sample_lead(), {row["step"].key: (row["number"], row["name"]) for row in draft.steps}
    return [
        {
            "name": row["name"],
            "number": row["number"],
            "paragraphs": paragraphs(row["step"].text, lead, member),
            "answers": [(answer.text, names.get(answer.next)) for answer in row["step"].answers],
        }
        for row in draft.steps
    ]


@require_POST
@requires(Permission.CAMPAIGN_EDIT)
def script_removal(request: MemberRequest, script: uuid.UUID) -> HttpResponse:
    found: Script = get_object_or_404(Script.objects.in_use(), pk=script)
    try:
        remove_script(found, by=request.member)
    except InUse as used:
        said = _("“%(name)s” stays: %(campaigns)s would lose it. Give them another script first.")
        toast(request, said % {"name": found.name, "campaigns": ", ".join(used.campaigns)})
        return redirect(found)
    undo = reverse("dialer:script_restoration", args=[found.pk])
    toast(request, _("“%(name)s” is removed.") % {"name": found.name}, undo=undo)
    return redirect("dialer:scripts")


@require_POST
@requires(Permission.CAMPAIGN_EDIT)
def script_restoration(request: MemberRequest, script: uuid.UUID) -> HttpResponse:
    found: Script = get_object_or_404(Script, pk=script)
    try:
        restore_script(found, by=request.member)
    except NameTaken:
        toast(request, _("There is a script of this name in this language."))
        return redirect("dialer:scripts")
    toast(request, _("“%(name)s” is back.") % {"name": found.name})
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CAMPAIGN_EDIT)
def campaign_scripts(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """Choose the scripts of a campaign, one of each language."""
    found = get_object_or_404(Campaign.objects.visible_to(request.member), pk=campaign)
    form = CampaignScriptsForm(request.POST if request.method == "POST" else None, campaign=found)
    if request.method == "POST" and form.is_valid():
        try:
            set_scripts(found, form.scripts, by=request.member)
        except ScriptMoved:
            toast(request, _("A script was removed meanwhile. Choose again."))
            return redirect("dialer:campaign_scripts", campaign=found.pk)
        toast(request, _("Saved."))
        return redirect(found)
    context = {"form": form, "campaign": found}
    return TemplateResponse(request, "dialer/campaign_scripts.html", context, status=INVALID if form.is_bound else 200)
