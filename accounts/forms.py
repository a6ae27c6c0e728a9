"""The forms of the account doors: allauth's own, in our words."""

from allauth.account import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

EMAIL_ERRORS = {
    "required": _("Saisissez votre adresse e-mail."),
    "invalid": _("Cette adresse e-mail n’est pas complète. Exemple : nom@organisme.fr"),
}

LOGIN_ERRORS = {
    "email_password_mismatch": _("Vérifiez votre saisie ou demandez un nouveau mot de passe."),
    "too_many_login_attempts": _("Attendez cinq minutes ou demandez un nouveau mot de passe."),
}


def _word(field: forms.Field, *, label: str, autocomplete: str, errors: dict) -> None:
    """Give a field of allauth our words; a label stands above it, never a placeholder in it."""
    field.label, field.help_text = label, ""
    field.error_messages |= errors
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["autocomplete"] = autocomplete
    for validator in field.validators:
        if getattr(validator, "code", None) == "invalid":
            validator.message = errors.get("invalid", validator.message)


class LoginForm(allauth_forms.LoginForm):
    """Who enters, by e-mail."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _word(
            self.fields["login"],
            label=_("Adresse e-mail"),
            autocomplete="username",
            errors=EMAIL_ERRORS,
        )
        _word(
            self.fields["password"],
            label=_("Mot de passe"),
            autocomplete="current-password",
            errors={"required": _("Saisissez votre mot de passe.")},
        )

    def clean(self):
        try:
            return super().clean()
        except ValidationError as refusal:
            raise ValidationError(LOGIN_ERRORS[refusal.code], code=refusal.code) from refusal


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Who forgot a password."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _word(
            self.fields["email"],
            label=_("Adresse e-mail"),
            autocomplete="username",
            errors=EMAIL_ERRORS,
        )


class ResetPasswordKeyForm(allauth_forms.ResetPasswordKeyForm):
    """The new password, typed twice."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in (
            ("password1", _("Nouveau mot de passe")),
            ("password2", _("Le même mot de passe, une seconde fois")),
        ):
            _word(
                self.fields[name],
                label=label,
                autocomplete="new-password",
                errors={"required": _("Saisissez votre nouveau mot de passe.")},
            )
        self.fields["password1"].help_text = _(
            "Au moins 8 caractères, dont une lettre. Une phrase de quelques mots convient."
        )
