"""Writing scripts, giving them to campaigns, and pressing their answers in a call."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Membership
from dialer.models import Call, CallScript, Campaign, CampaignScript, Script, ScriptVersion
from dialer.scripts.content import Content
from dialer.scripts.course import is_at_end, step_after, version_for


class NameTaken(Exception):
    """The organisation has a script of this name in this language."""


class ScriptMoved(Exception):
    """Somebody saved another version meanwhile."""


class InUse(Exception):
    """Campaigns have the script; `campaigns` are their names."""

    def __init__(self, campaigns: list[str]) -> None:
        super().__init__(len(campaigns))
        self.campaigns = campaigns


class NoScript(Exception):
    """The call has no script, or is wrapped up."""


@transaction.atomic
def save_script(script: Script, content: Content, *, by: Membership | None, based_on: int = 0) -> Script:
    """Save a version of a script, a new one or one that is made from version `based_on`.

    The same content again makes no new version. Calls that began with another version go on with that. Raises
    `NameTaken` and `ScriptMoved`.
    """
    is_new = script._state.adding  # noqa: SLF001 -- Django's documented name
    if not is_new and Script.objects.select_for_update().get(pk=script.pk).version != based_on:
        raise ScriptMoved
    # The row is as it was read; one that was removed since comes back by being saved.
    script.removed_at = None
    if is_new:
        script.created_by = by
    last = None if is_new else ScriptVersion.objects.filter(script=script, number=script.version).first()
    is_other = last is None or last.content != content.as_json()
    script.version += is_other
    try:
        with transaction.atomic():
            script.save()
    except IntegrityError as error:
        raise NameTaken from error
    if is_other:
        ScriptVersion.objects.create(script=script, number=script.version, content=content.as_json(), made_by=by)
    audit.record(f"script.{'made' if is_new else 'changed'}", by=by, subject=script, version=script.version)
    return script


@transaction.atomic
def remove_script(script: Script, *, by: Membership) -> None:
    """Take a script out of use; calls that went through it keep their way. Raises `InUse` while a campaign has it."""
    found = Script.objects.select_for_update().get(pk=script.pk)
    names = (
        CampaignScript.objects.filter(script=found).order_by("campaign__name").values_list("campaign__name", flat=True)
    )
    if names:
        raise InUse(list(names))
    if found.removed_at is None:
        found.removed_at = timezone.now()
        found.save(update_fields=["removed_at"])
        audit.record("script.removed", by=by, subject=found)


@transaction.atomic
def restore_script(script: Script, *, by: Membership) -> None:
    """Take a removed script into use again. Raises `NameTaken` when another one is called the same by now."""
    found = Script.objects.select_for_update().get(pk=script.pk)
    if found.removed_at is None:
        return
    found.removed_at = None
    try:
        with transaction.atomic():
            found.save(update_fields=["removed_at"])
    except IntegrityError as error:
        raise NameTaken from error
    audit.record("script.restored", by=by, subject=found)


@transaction.atomic
def set_scripts(campaign: Campaign, scripts: Mapping[str, Script | None], *, by: Membership) -> None:
    """Let a campaign have the script of each language, {language: script}; None takes it away.

    Raises `ScriptMoved` when one of them was removed meanwhile.
    """
    wanted = {script.pk for script in scripts.values() if script}
    if Script.objects.in_use().select_for_update().filter(pk__in=wanted).count() < len(wanted):
        raise ScriptMoved
    for language, script in scripts.items():
        if script is None:
            CampaignScript.objects.filter(campaign=campaign, language=language).delete()
        else:
            CampaignScript.objects.update_or_create(campaign=campaign, language=language, defaults={"script": script})
    chosen = {language: str(script.pk) for language, script in scripts.items() if script}
    audit.record("campaign.changed", by=by, subject=campaign, fields=["scripts"], scripts=chosen)


@transaction.atomic
def press(call: Call, *, version: ScriptVersion | None, step: str, answer: int) -> None:
    """Take down that `answer` of `step` was pressed. What was pressed on a step that is left already has no effect.

    `version` is the one that was on the page; the first answer binds the call to it. Raises `NoScript`.
    """
    kept = _kept(call, version)
    content = Content.read(kept.version.content)
    here = step_after(content, kept.path)
    if here.key != step or not 0 <= answer < len(here.answers) or is_at_end(content, kept.path):
        return
    _write(kept, [*kept.path, {"step": step, "answer": answer, "at": timezone.now().isoformat()}])


@transaction.atomic
def go_back(call: Call, *, path_length: int) -> None:
    """Take the last answer back, if there are still `path_length` of them: pressed twice, it goes back once."""
    kept = _kept(call, None)
    if kept.path and len(kept.path) == path_length:
        _write(kept, kept.path[:-1])


def _write(kept: CallScript, path: list[dict[str, Any]]) -> None:
    kept.path = path
    kept.save(update_fields=["path"])


def _kept(call: Call, version: ScriptVersion | None) -> CallScript:
    """Return the call's way through its script, locked until the transaction ends."""
    if not Call.objects.open().filter(pk=call.pk).exists():
        raise NoScript
    own = version_for(call)
    if own is None and not CallScript.objects.filter(call=call).exists():
        raise NoScript
    begun = version if version and own and version.script_id == own.script_id else own
    if begun is not None:
        CallScript.objects.get_or_create(call=call, defaults={"version": begun})
    kept: CallScript = CallScript.objects.select_for_update(of=("self",)).select_related("version").get(call=call)
    return kept
