"""Every text of django-allauth that this site can show is marked for translation: it has no catalogues of its own."""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

import allauth
import pytest
from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation.template import templatize

from geoguess.players import account_words

TEMPLATES = Path(allauth.__file__).parent / "templates" / "account"
OURS = settings.BASE_DIR / "templates" / "account"
NOT_SHOWN = (  # phone numbers, codes, passkeys, notices of changes and a closed sign-up, which are switched off
    *("*code*", "*phone*", "*passkey*", "signup_closed.html", "email_change.html", "verified_email_required.html"),
    *("email/base_notification.txt", "email/email_changed_*", "email/email_confirm_*", "email/email_deleted_*"),
    *("email/password_changed_*", "email/password_set_*", "email/password_reset_message.txt"),
    *("email/password_reset_subject.txt", "email/unknown_account_*", "email/account_already_exists_*"),
    "snippets/already_logged_in.html",
)
NOT_SAID = {
    "Alternative options",
    "Your email verification code is listed below. Please enter it in your open browser window.",
}
NOT_RAISED = (
    "phone",
    "incorrect_code",
    "unknown",
    "select_only_one",
    "same_as_current",
    "invalid_login",
    "invalid_or_expired",
)
LITERAL = re.compile(r"gettext\((u(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))\)")


def marked() -> set[str]:
    groups = (account_words.FIELDS, account_words.ERRORS, account_words.PAGES)
    return {str(text) for group in (*groups, account_words.MESSAGES, account_words.MAILS) for text in group}


def test_pages_and_mails_that_are_not_ours():
    shown: set[str] = set()
    for file in TEMPLATES.rglob("*.*"):
        name = file.relative_to(TEMPLATES).as_posix()
        if not (OURS / name).exists() and not any(fnmatch(name, pattern) for pattern in NOT_SHOWN):
            shown |= {ast.literal_eval(found) for found in LITERAL.findall(templatize(file.read_text()))}
    assert len(shown) > 40
    assert shown - NOT_SAID - marked() == set()
    assert {*account_words.PAGES, *account_words.MESSAGES, *account_words.MAILS} <= shown


def test_errors():
    messages = {code: str(text) for code, text in DefaultAccountAdapter.error_messages.items()}
    raised = {text for code, text in messages.items() if not code.startswith(NOT_RAISED)}
    assert raised - marked() == set()


@pytest.mark.django_db
def test_fields_of_forms():
    user = User(username="asha")
    shown: set[str] = set()
    for form in (
        forms.LoginForm(),
        forms.SignupForm(),
        forms.ChangePasswordForm(user),
        forms.SetPasswordForm(user),
        forms.ResetPasswordForm(),
        forms.ResetPasswordKeyForm(),
        forms.AddEmailForm(user),
        forms.ReauthenticateForm(user=user),
    ):
        for field in form.fields.values():
            shown |= {str(field.label), str(field.widget.attrs.get("placeholder") or field.label)}
    assert {"Login", "Username or email", "New Password (again)"} <= shown
    assert shown - marked() == set()
