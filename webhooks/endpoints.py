"""Making endpoints, and the URL tokens and secrets that belong to them."""

import secrets as randomness
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from inventory.models import Source
from webhooks.encryption import UnreadableSecret, decrypt, keyed_hashes
from webhooks.models import Endpoint, Secret, Token
from webhooks.providers import PROVIDERS, Provider
from webhooks.verification import Scheme, generate_secret, scheme_needs_secret, secret_problem

TOKEN_BYTES = 16
"""128 bits: where a provider proves nothing else, the URL is the credential."""

SETTING_LENGTH = 255

# Whether a scheme uses secrets does not hang on the URL, and reading a URL of ours means decrypting it.
_ANY_URL = "https://stockroom.invalid/"


class EndpointProblem(ValueError):
    """What is wrong with an endpoint that somebody wants to make, in words for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """What was made; the generated secret is shown this once and never again."""

    endpoint: Endpoint
    token: Token
    generated_secret: str | None
    needs_secret: bool


def add_endpoint(
    provider: str,
    *,
    name: str,
    secrets: Sequence[str] = (),
    public_url: str = "",
    environment: str | None = None,
    tenants: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
) -> NewEndpoint:
    """Find or make the source called `name` and give it an endpoint.

    `settings` are the source's (its provider says which there are); what is left out has its default. Without a
    secret, one is generated where the provider lets us choose it; otherwise the endpoint refuses every request until
    it has one. Raises EndpointProblem.
    """
    if provider not in PROVIDERS:
        raise EndpointProblem(f"there is no provider {provider!r}; known are {', '.join(sorted(PROVIDERS))}")
    longest = Source._meta.get_field("name").max_length or 0
    if not name.strip() or len(name.strip()) > longest:
        raise EndpointProblem(f"the source needs a name of at most {longest} characters")
    with transaction.atomic():
        source = _source(provider, name.strip(), environment, settings or {})
        endpoint = Endpoint.objects.create(source=source, tenants=[tenant for tenant in tenants if tenant])
        token = add_token(endpoint, public_url)
        scheme = scheme_of(endpoint, token)
        generated = None
        if not secrets and scheme_needs_secret(scheme) and PROVIDERS[provider].we_choose_the_secret:
            generated = generate_secret(scheme)
        for value in [generated] if generated else secrets:
            add_secret(endpoint, value)
    return NewEndpoint(
        endpoint=endpoint,
        token=token,
        generated_secret=generated,
        needs_secret=scheme_needs_secret(scheme) and not secrets and generated is None,
    )


def add_token(endpoint: Endpoint, public_url: str = "") -> Token:
    """Give an endpoint one more URL; `public_url` is the text that the sender has registered, if it is not ours.

    Raises EndpointProblem when the text is no URL.
    """
    value = randomness.token_urlsafe(TOKEN_BYTES)
    token = Token(endpoint=endpoint, digest=keyed_hashes(value)[0], value=value)
    token.public_url = public_url or settings.PUBLIC_BASE_URL + token.path
    text = token.public_url
    if not text.startswith(("https://", "http://")) or not text.isprintable() or any(map(str.isspace, text)):
        raise EndpointProblem(f"{public_url!r} is not a URL")
    token.save()
    return token


def add_secret(endpoint: Endpoint, value: str, *, label: str = "", not_after: datetime | None = None) -> Secret:
    """Give an endpoint one more secret; raises EndpointProblem when its scheme could not use it."""
    problem = secret_problem(scheme_of(endpoint), value)
    if problem:
        raise EndpointProblem(problem)
    return Secret.objects.create(endpoint=endpoint, value=value, label=label, not_after=not_after)


def scheme_of(endpoint: Endpoint, token: Token | None = None) -> Scheme:
    """How requests to an endpoint prove themselves, at one of its URLs (the newest, if none is given)."""
    return _scheme_at(endpoint, (token or newest_token(endpoint)).public_url)


def _scheme_at(endpoint: Endpoint, public_url: str) -> Scheme:
    provider = PROVIDERS[endpoint.source.provider]
    return provider.scheme(public_url, provider.settings_of(endpoint.source.settings))


def newest_token(endpoint: Endpoint) -> Token:
    """The newest URL token that is live, or the newest of all where none is."""
    return endpoint.tokens.live().last() or endpoint.tokens.latest("pk")


def uses_secrets(endpoint: Endpoint) -> bool:
    """Whether requests to an endpoint prove themselves by a secret."""
    return scheme_needs_secret(_scheme_at(endpoint, _ANY_URL))


def may_need_secret(provider: Provider) -> bool:
    """Whether any source of a provider may prove its requests by a secret."""
    schemes = [provider.scheme(_ANY_URL, provider.settings_of(chosen)) for chosen in _single_choices(provider)]
    return any(scheme_needs_secret(scheme) for scheme in schemes)


def needs_secret(endpoint: Endpoint) -> bool:
    """Whether an endpoint refuses everything because it has no live secret."""
    return uses_secrets(endpoint) and not endpoint.secrets.live().exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsuitedSecret:
    """A live secret that proves nothing as things are, and why; its value is not in it."""

    id: int
    name: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSecrets:
    """How an endpoint's live secrets stand to the way in which its requests have to prove themselves."""

    suited: int
    unsuited: tuple[UnsuitedSecret, ...]

    @property
    def none_suits(self) -> bool:
        """Whether there are some, and yet no request could be proved by any of them."""
        return bool(self.unsuited) and not self.suited


def live_secrets(endpoint: Endpoint) -> LiveSecrets:
    """Which of an endpoint's live secrets its present scheme can use; each is decrypted by itself, in one query."""
    scheme = _scheme_at(endpoint, _ANY_URL)
    suited = 0
    unsuited = []
    for secret in endpoint.secrets.live().defer("value").annotate(sealed=Cast("value", TextField())):
        problem = _problem_of(scheme, cast("Any", secret).sealed)
        if problem is None:
            suited += 1
        else:
            unsuited.append(UnsuitedSecret(id=secret.pk, name=str(secret), problem=problem))
    return LiveSecrets(suited=suited, unsuited=tuple(unsuited))


def _problem_of(scheme: Scheme, sealed: str) -> str | None:
    try:
        return secret_problem(scheme, decrypt(sealed))
    except UnreadableSecret:
        return "It cannot be read with the present FIELD_KEYS."


def change_settings(source: Source, settings: Mapping[str, str]) -> None:
    """Keep what staff chose for these of a source's settings; raises EndpointProblem when one cannot be."""
    source.settings = {**source.settings, **_checked(PROVIDERS[source.provider], settings)}
    source.save(update_fields=["settings"])


def _single_choices(provider: Provider) -> list[dict[str, str]]:
    """No choice at all, and each that can be made of one setting."""
    return [{}, *({setting.name: value} for setting in provider.settings for value, _ in setting.choices)]


def _checked(provider: Provider, settings: Mapping[str, str]) -> dict[str, str]:
    known = {setting.name: setting for setting in provider.settings}
    for name, value in settings.items():
        if name not in known:
            has = f"its settings are {', '.join(known)}" if known else "it has none"
            raise EndpointProblem(f"{provider.title} has no setting {name!r}; {has}")
        choices = [choice for choice, _ in known[name].choices]
        if choices and value not in choices:
            raise EndpointProblem(f"{name} cannot be {value!r}; choose one of {', '.join(choices)}")
        if len(value) > SETTING_LENGTH or not value.isprintable():
            raise EndpointProblem(f"{name} must be one line of at most {SETTING_LENGTH} characters")
    return dict(settings)


def _source(provider: str, name: str, environment: str | None, settings: Mapping[str, str]) -> Source:
    chosen = _checked(PROVIDERS[provider], settings)
    source, _ = Source.objects.get_or_create(
        name=name,
        defaults={
            "provider": provider,
            "environment": environment or Source.Environment.PRODUCTION,
            "sellable_by_default": PROVIDERS[provider].sellable_by_default,
            "settings": chosen,
        },
    )
    if source.provider != provider:
        raise EndpointProblem(f"the source “{name}” speaks {source.provider}, not {provider}")
    if environment and source.environment != environment:
        raise EndpointProblem(f"the source “{name}” is a {source.environment} account, not {environment}")
    for setting, present in PROVIDERS[provider].settings_of(source.settings).items():
        if chosen.get(setting, present) != present:
            # Its other endpoints live by the present one: that is changed on purpose, on an endpoint's page.
            raise EndpointProblem(f"the source “{name}” has {setting}={present}, not {chosen[setting]}")
    return source
