"""Forms of the profile."""

from __future__ import annotations

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from geoguess.models.player_names import MAX_CODE_POINTS, InvalidName, clean_name


class NameForm(forms.Form):
    """The name that other players see."""

    name = forms.CharField(max_length=MAX_CODE_POINTS, label=_("Your name, as others see it"))

    def clean_name(self) -> str:
        try:
            return clean_name(self.cleaned_data["name"])
        except InvalidName as reason:
            raise forms.ValidationError(str(reason)) from None


class DeletionForm(forms.Form):
    """Confirmation of a deletion: the password if the account has one, else a checkbox."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    sure = forms.BooleanField(label=_("Yes, delete everything"))

    def __init__(self, *args: object, user: AbstractBaseUser | None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.user = user
        del self.fields["sure" if user and user.has_usable_password() else "password"]

    def clean_password(self) -> None:
        assert self.user is not None
        if not self.user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError(_("This is not your password."))
