"""Form of the buttons of a supervisor."""

from django import forms

from dialer.models import Control

JOIN, LEAVE = "join", "leave"


class SuperviseForm(forms.Form):
    """`do` is what was pressed: join, one of the ways to take part, or leave."""

    do = forms.ChoiceField(choices=[(one, one) for one in (JOIN, LEAVE, *Control.MODES)])
