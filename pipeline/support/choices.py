"""The choices of forms that come from the database."""

from __future__ import annotations

from django.forms import BaseForm
from django.forms.widgets import ChoiceWidget


def read_choices(form: BaseForm) -> None:
    """Read them now: by itself a field asks the database while its template is rendered."""
    for field in form.fields.values():
        if isinstance(field.widget, ChoiceWidget):
            field.widget.choices = list(field.widget.choices)
