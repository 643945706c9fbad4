"""What the import wizard asks."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from leads.actions.editing import tag_called
from leads.actions.list_fields import KINDS
from leads.importing import consenting, fetching, sandbox
from leads.importing.columns import custom_fields, targets
from leads.importing.owning import MOST_SHARES
from leads.importing.reader import Refused
from leads.importing.words import refusal
from leads.models import ImportBatch, ImportSource, Tag
from teams.visibility import people_seen_by

MOST_TAGS = 10
Rule = ImportBatch.OwnerRule


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("CSV or Excel (.xlsx), at most 50 MB, as your phone, Excel, Facebook or another system saved it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls"}),
    )
    # Told by the first bytes once the form is valid.
    kind = ""

    def clean_file(self) -> Any:
        """Refuse what cannot be a table, as far as that can be told without opening it."""
        file = self.cleaned_data["file"]
        try:
            self.kind = sandbox.kind_of(file.file, file.size)
        except Refused as refused:
            raise forms.ValidationError(refusal(refused.code, refused.more)) from refused
        return file


class TermsForm(forms.Form):
    """Which column is what, and what holds for every row of a list."""

    duplicates = forms.ChoiceField(
        label=_("When a lead with the number exists"),
        choices=ImportBatch.Duplicates.choices,
        widget=forms.RadioSelect,
        initial=ImportBatch.Duplicates.FILL,
    )
    source = forms.CharField(
        label=_("Source"), max_length=80, required=False, help_text=_("For rows that name none, such as “Expo stall”.")
    )
    legal_ground = forms.ChoiceField(
        label=_("Why may they be called"),
        choices=ImportBatch.LegalGround.choices,
        initial=ImportBatch.LegalGround.UNKNOWN,
    )
    consent_wording = forms.CharField(
        label=_("What they were asked, or said"),
        max_length=consenting.LONGEST[consenting.WORDING],
        required=False,
        help_text=_("Of the consents in the file, for rows that name no words of their own."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    consent_on = forms.DateField(
        label=_("When they said it"),
        required=False,
        help_text=_("Of the consents in the file, for rows that name no date of their own."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    owner_rule = forms.ChoiceField(
        label=_("Who gets the new leads"), choices=ImportBatch.OwnerRule.choices, required=False
    )
    owners = forms.ModelMultipleChoiceField(
        label=_("Owners"), queryset=Membership.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.CharField(
        label=_("Tags"), max_length=300, required=False, help_text=_("Several with commas between them.")
    )
    save_as = forms.CharField(
        label=_("Save these settings as"), max_length=80, required=False, help_text=_("To choose them for other files.")
    )

    def __init__(
        self, batch: ImportBatch, samples: Sequence[Sequence[str]], data: Any = None, *, by: Membership
    ) -> None:
        super().__init__(data, initial=_initial(batch))
        people: Any = self.fields["owners"]
        people.queryset = people_seen_by(by).active()
        people.label_from_instance = lambda member: member.name
        self._people = list(people.queryset.select_related("user"))
        shares = batch.options.get("shares", {})
        for member in self._people:
            self.fields[f"share_{member.pk}"] = forms.IntegerField(
                label=member.name,
                min_value=1,
                max_value=MOST_SHARES,
                required=False,
                initial=shares.get(str(member.pk), 1),
            )
        self._samples = samples
        self._targets = targets(custom_fields())
        leads_own = [(name, label) for name, label in self._targets.items() if name not in consenting.TARGETS]
        choices: list[Any] = [
            ("", _("Not imported")),
            *leads_own,
            (_("Consents"), list(consenting.TARGETS.items())),
        ]
        if by.may(Permission.SETTINGS_EDIT):
            choices.append((_("A new field"), list(KINDS.items())))
        for column, heading in enumerate(batch.header):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=heading or _("Column %(number)s") % {"number": column + 1},
                choices=choices,
                required=False,
                initial=batch.mapping.get(str(column), ""),
            )
        self._width = len(batch.header)

    @property
    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """The control of each column with its first three values that are not empty."""
        found = []
        for column in range(self._width):
            values = [row[column] for row in self._samples if column < len(row) and row[column].strip()]
            found.append((self[f"column_{column}"], values[:3]))
        return found

    @property
    def terms(self) -> list[forms.BoundField]:
        return [self[name] for name in ("duplicates", "source", "legal_ground", "owner_rule")]

    @property
    def agreed(self) -> list[forms.BoundField]:
        """What is asked of the consents of the file."""
        return [self[name] for name in ("consent_wording", "consent_on")]

    @property
    def people(self) -> list[tuple[str, bool, forms.BoundField]]:
        """Each person who may become an owner: the value of the tick, whether it is set, and the share."""
        chosen = {str(getattr(one, "pk", one)) for one in self["owners"].value() or []}
        return [(str(one.pk), str(one.pk) in chosen, self[f"share_{one.pk}"]) for one in self._people]

    @property
    def mapping(self) -> dict[int, str]:
        """{column: field} of the columns that are imported."""
        chosen = {column: self.cleaned_data.get(f"column_{column}", "") for column in range(self._width)}
        return {column: field for column, field in chosen.items() if field}

    def options(self) -> dict[str, Any]:
        """What holds for every row, as the batch keeps it; tags that are new are made."""
        said = self.cleaned_data
        return {
            "duplicates": said["duplicates"],
            "source": said["source"],
            "legal_ground": said["legal_ground"],
            "consent_wording": " ".join(said["consent_wording"].split()),
            "consent_on": said["consent_on"].isoformat() if said["consent_on"] else "",
            "owner_rule": said["owner_rule"],
            "owners": [str(member.pk) for member in said["owners"]],
            "shares": {str(member.pk): said.get(f"share_{member.pk}") or 1 for member in said["owners"]},
            "tags": [str(tag_called(name).pk) for name in said["tags"]],
        }

    def clean_consent_on(self) -> Any:
        on = self.cleaned_data["consent_on"]
        if on is not None and on > timezone.localdate():
            raise forms.ValidationError(_("This time is yet to come."))
        return on

    def clean_tags(self) -> list[str]:
        """Return the names; at most ten, of at most 40 characters."""
        names = [" ".join(part.split()) for part in self.cleaned_data["tags"].split(",")]
        names = list(dict.fromkeys(name for name in names if name))
        if len(names) > MOST_TAGS or any(len(name) > 40 for name in names):
            raise forms.ValidationError(_("At most 10 tags, each of at most 40 characters."))
        return names

    def clean(self) -> dict[str, Any]:
        """Refuse a mapping without a phone, and one that gives a field twice, naming the columns."""
        cleaned: dict[str, Any] = super().clean() or {}
        mapping = self.mapping
        first: dict[str, str] = {}
        for column, field in mapping.items():
            name = f"column_{column}"
            if field in first and field not in KINDS:
                said = _("“%(first)s” is %(field)s already. Choose another field, or do not import it.")
                self.add_error(name, said % {"first": self[first[field]].label, "field": self._targets[field]})
            first.setdefault(field, name)
        if "phone" not in first:
            raise forms.ValidationError(_("No column is the phone. Choose “Phone” for the column with the numbers."))
        self._check_owners(cleaned, has_column="owner" in first)
        self._check_consents(cleaned, first)
        return cleaned

    def _check_consents(self, cleaned: dict[str, Any], first: dict[str, str]) -> None:
        """Who agreed did so at a time, in words or in some way: without them a yes proves nothing."""
        if not consenting.WORDS.keys() & first.keys():
            return
        if not cleaned.get("consent_on") and consenting.AT not in first and "consent_on" not in self.errors:
            self.add_error("consent_on", _("Say when they agreed, or choose a column for it."))
        if not cleaned.get("consent_wording") and not first.keys() & {consenting.WORDING, consenting.HOW}:
            said = _("Say what they agreed to, or choose a column for that or for how they said it.")
            self.add_error("consent_wording", said)

    def _check_owners(self, cleaned: dict[str, Any], *, has_column: bool) -> None:
        """What the rule needs: nobody, one, some, or a column; without a rule who is chosen takes turns."""
        rule, owners = cleaned.get("owner_rule"), cleaned.get("owners")
        if owners is None:
            return
        if not rule:
            rule = cleaned["owner_rule"] = Rule.COLUMN if has_column else Rule.TURNS if owners else Rule.NOBODY
        if rule == Rule.COLUMN and not has_column:
            self.add_error(
                "owner_rule", _("No column is the owner. Choose “Owner” for the one with names or e-mail addresses.")
            )
        elif rule != Rule.COLUMN and has_column:
            self.add_error(
                "owner_rule", _("A column is the owner. Choose “As a column of the file says”, or do not import it.")
            )
        elif rule == Rule.ONE and len(owners) != 1:
            self.add_error("owners", _("Choose one person."))
        elif rule not in {Rule.NOBODY, Rule.COLUMN} and not owners:
            self.add_error("owners", _("Choose at least one person."))
        elif rule in {Rule.NOBODY, Rule.COLUMN}:
            cleaned["owners"] = []


def _initial(batch: ImportBatch) -> dict[str, Any]:
    options = dict(batch.options)
    if "owner" in batch.mapping.values():
        options["owner_rule"] = Rule.COLUMN
    elif options.get("owners"):
        options.setdefault("owner_rule", Rule.TURNS)
    if batch.options:
        ids = [uuid.UUID(tag) for tag in options["tags"]]
        options["tags"] = ", ".join(Tag.objects.filter(pk__in=ids).order_by("name").values_list("name", flat=True))
    return options


class MappingForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """An address that is asked for a list. One that is there is not shown again: what is left empty stays."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_(
            "Begins with https://. A name and password may stand in it; it is kept encrypted and not shown again."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = ImportSource
        fields = ["name", "url", "every_hours", "at", "is_active"]
        labels = {"is_active": _("In use")}
        help_texts = {
            "every_hours": _("1 to 168. Leave it empty to ask every day at a time."),
            "at": _("Such as 09:30."),
        }
        widgets = {"at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.url:
            self.fields["url"].required = False
            self.initial["url"] = ""

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        if not url:
            return self.instance.url
        try:
            fetching.check(url)
        except Refused as refused:
            raise forms.ValidationError(refusal(refused.code, refused.more)) from refused
        return url

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        hours, at = cleaned.get("every_hours"), cleaned.get("at")
        if "every_hours" in self.errors or "at" in self.errors:
            return cleaned
        if (hours is None) == (at is None):
            self.add_error("at", _("Choose either the hours or a time of the day."))
        elif hours is not None and not 1 <= hours <= 168:
            self.add_error("every_hours", _("From 1 to 168 hours."))
        return cleaned
