"""What somebody may put on a lead as a file."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.file_kinds import KINDS, Mismatch, UnknownKind, content_type_of, plain_name


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in KINDS)}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    # Told by the content once the form is valid.
    content_type = ""
    name = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext("PDF, picture, text, Excel, Word or sound, at most %(size)s.") % {
            "size": filesizeformat(settings.LEAD_FILE_MAX_BYTES)
        }

    def clean_file(self) -> Any:
        """Refuse what is too large, of a kind that is not taken, or not what its name says."""
        file = self.cleaned_data["file"]
        if file.size > settings.LEAD_FILE_MAX_BYTES:
            most = {"size": filesizeformat(settings.LEAD_FILE_MAX_BYTES)}
            raise forms.ValidationError(gettext("The file is too large; at most %(size)s.") % most)
        self.name = plain_name(file.name)
        try:
            self.content_type = content_type_of(self.name, file.file)
        except UnknownKind as unknown:
            raise forms.ValidationError(gettext("Files of this kind are not taken.")) from unknown
        except Mismatch as mismatch:
            raise forms.ValidationError(gettext("The content of the file is not what its name says.")) from mismatch
        return file
