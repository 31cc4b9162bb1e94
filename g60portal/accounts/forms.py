"""The forms of sign-in as the portal shows them: a label above says it, so nothing is said twice.

What they check stays with the sign-in package; fields and rules are not repeated here.
"""

from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class _Plain:
    """Without placeholders; the first field has the focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]  # of the form beside it
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in {"login", "email"}:
                field.label = _("E-mail address")
                field.widget.attrs["autocomplete"] = "username"
        next(iter(fields.values())).widget.attrs["autofocus"] = True


class _PlainCode(_Plain):
    """A code is typed with the keys at hand and never corrected by the phone."""

    code_label: "StrPromise"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]  # of the form beside it
        field.label = self.code_label
        field.widget.attrs |= {
            "autocomplete": "one-time-code",
            "autocapitalize": "characters",
            "spellcheck": "false",
        }


class SignInForm(_Plain, account.LoginForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class CodeRequestForm(_Plain, account.RequestLoginCodeForm):  # type: ignore[misc]
    pass


class CodeForm(_PlainCode, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    code_label = _("Code from the mail")


class PasswordChangeForm(_Plain, account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class PasswordSetForm(_Plain, account.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetRequestForm(_Plain, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetForm(_Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class PasswordAgainForm(_Plain, account.ReauthenticateForm):  # type: ignore[misc]
    pass


class SecondFactorForm(_PlainCode, mfa.AuthenticateForm):  # type: ignore[misc]
    code_label = _("Six digits or a recovery code")


class SecondFactorAgainForm(_PlainCode, mfa.ReauthenticateForm):  # type: ignore[misc]
    code_label = _("Six digits or a recovery code")


class SecondFactorSetUpForm(_PlainCode, totp.ActivateTOTPForm):  # type: ignore[misc]
    code_label = _("Six digits from the app")
