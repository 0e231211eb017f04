"""What staff are asked for at endpoints. A secret goes in and never comes back out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime, AdminTextareaWidget, AdminTextInputWidget

from inventory.models import Source
from webhooks.endpoints import SETTING_LENGTH, may_need_secret
from webhooks.models import Endpoint, Token
from webhooks.providers import PROVIDERS, Provider, Setting

if TYPE_CHECKING:
    EndpointModelForm = forms.ModelForm[Endpoint]
    TokenModelForm = forms.ModelForm[Token]
else:
    EndpointModelForm = TokenModelForm = forms.ModelForm

TENANT_LENGTH = 255
SETTING_PREFIX = "setting_"
"""Before a setting's name, in the name of its form field."""
PUBLIC_URL_HELP = "Only if the sender reaches Stockroom by another URL than its own, letter for letter."
TENANTS_HELP = "The accounts named inside payloads, one on each line. Empty: any is accepted."


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = AdminTextareaWidget(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """The lines for a stored list; what a person typed stays as it was typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list) else (value or "").splitlines()
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def validate(self, value: Any) -> None:
        super().validate(value)
        for line in value:
            if len(line) > TENANT_LENGTH:
                raise forms.ValidationError(f"“{line[:40]}…” is longer than {TENANT_LENGTH} characters.")

    def run_validators(self, value: Any) -> None:
        for line in value:
            super().run_validators(line)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class SecretInput(forms.CharField):
    """A secret as it was pasted: nothing is trimmed, and a page that comes back with errors leaves it out."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "off", "class": "vTextField"}, render_value=False)
        super().__init__(**{"widget": widget, "strip": False, "max_length": 2000, **kwargs})


class PublicUrlField(forms.CharField):
    """A URL as the sender has registered it, which is kept as text: a sender signs the text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "Public URL", "max_length": 2000, "widget": AdminTextInputWidget(), **kwargs})

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not (value.startswith(("https://", "http://")) and value.isprintable() and " " not in value):
            raise forms.ValidationError("This is no URL: it starts with https:// and holds no space.")


class AddEndpointForm(forms.Form):
    """A new endpoint of one provider, with the source that it is for and that source's settings."""

    name = forms.CharField(
        label="Source",
        max_length=200,
        widget=AdminTextInputWidget(attrs={"list": "source-names"}),
        help_text="Your name for the account there. The name of a source that exists adds an endpoint to it.",
    )
    environment = forms.ChoiceField(
        required=False,
        choices=[("", "As the source has it; production for a new one"), *Source.Environment.choices],
    )
    tenants = LinesField(required=False, label="Accepted accounts", help_text=TENANTS_HELP)
    secret = SecretInput(required=False)
    public_url = PublicUrlField(required=False, help_text=PUBLIC_URL_HELP)

    def __init__(self, provider: Provider, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for setting in provider.settings:
            self.fields[SETTING_PREFIX + setting.name] = _new_setting_field(setting)
        self.order_fields(("name", "environment", *(SETTING_PREFIX + setting.name for setting in provider.settings)))
        if may_need_secret(provider):
            self.fields["secret"].help_text = (
                "Leave it empty to have one made; it is shown once, for you to give to the sender."
                if provider.we_choose_the_secret
                else "The secret that the sender showed you. You can leave this empty and add it later."
            )
        else:
            del self.fields["secret"]

    @property
    def settings(self) -> dict[str, str]:
        """What was chosen of the source's settings, once the form is valid; what was left alone is not in it."""
        return chosen_settings({name: value for name, value in self.cleaned_data.items() if value})


class EndpointForm(EndpointModelForm):
    """What can be changed about an endpoint."""

    tenants = LinesField(required=False, label="Accepted accounts", help_text=TENANTS_HELP)
    body_limit = forms.IntegerField(
        min_value=1024,
        max_value=2**31 - 1,
        help_text="Bytes. A larger request is refused.",
    )

    class Meta:
        model = Endpoint
        fields = ("state", "tenants", "body_limit")


def chosen_settings(answers: Mapping[str, Any]) -> dict[str, str]:
    """The settings among the answers of a form, by their own names."""
    return {
        name.removeprefix(SETTING_PREFIX): value for name, value in answers.items() if name.startswith(SETTING_PREFIX)
    }


def setting_fields(source: Source) -> dict[str, forms.Field]:
    """A form field for each of a source's settings, by the field's name."""
    provider = PROVIDERS[source.provider]
    present = provider.settings_of(source.settings)
    return {
        SETTING_PREFIX + setting.name: _setting_field(setting, present[setting.name]) for setting in provider.settings
    }


def _setting_field(setting: Setting, present: str, choices: Sequence[tuple[str, str]] | None = None) -> forms.Field:
    if setting.choices:
        return forms.ChoiceField(
            label=setting.label, help_text=setting.help, initial=present, choices=choices or setting.choices
        )
    return forms.CharField(
        label=setting.label,
        help_text=setting.help,
        initial=present,
        required=False,
        max_length=SETTING_LENGTH,
        widget=AdminTextInputWidget(),
        validators=[_check_printable],
    )


def _new_setting_field(setting: Setting) -> forms.Field:
    """As on an endpoint's page, but that a source which exists already may keep what it has."""
    if not setting.choices:
        return _setting_field(setting, "")
    default = dict(setting.choices)[setting.default]
    field = _setting_field(setting, "", (("", f"As the source has it; for a new one: {default}"), *setting.choices))
    field.required = False
    return field


def _check_printable(value: str) -> None:
    if not value.isprintable():
        raise forms.ValidationError("It holds a line break or another invisible character.")


class AddSecretForm(forms.Form):
    """A further secret of an endpoint."""

    label = forms.CharField(
        required=False,
        max_length=200,
        widget=AdminTextInputWidget(),
        help_text="To tell it from the others later, such as “since the autumn”.",
    )
    value = SecretInput(label="Secret")
    not_after = forms.SplitDateTimeField(
        required=False,
        label="Refused after",
        widget=AdminSplitDateTime(),
        help_text="In UTC. Empty: no end.",
    )

    def __init__(self, provider: Provider, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        value = self.fields["value"]
        value.required = not provider.we_choose_the_secret
        value.help_text = (
            "Leave it empty to have one made; it is shown once, for you to give to the sender."
            if provider.we_choose_the_secret
            else "Paste it as the sender shows it. It is kept encrypted, and nobody can see it here again."
        )


class AddTokenForm(forms.Form):
    """A further URL of an endpoint."""

    public_url = PublicUrlField(required=False, help_text=PUBLIC_URL_HELP)


class TokenForm(TokenModelForm):
    """What can be changed about a URL token."""

    public_url = PublicUrlField(help_text="What the sender has registered, letter for letter: some senders sign it.")

    class Meta:
        model = Token
        fields = ("public_url", "not_after")
