"""Text that is encrypted in the database, and the keyed hash by which an encrypted text can be found.

FIELD_KEYS lists Fernet keys: the first encrypts, every one decrypts. Nothing here ever answers with a ciphertext: a
value that no key opens raises UnreadableSecret, because a ciphertext used as a key would sign and verify nonsense.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models

if TYPE_CHECKING:
    TextField = models.TextField[Any, Any]
else:
    TextField = models.TextField

DUMPED = "encrypted:"
"""What stands before a ciphertext in a dump. Without it, loading a dump would take the ciphertext for the secret."""


class UnreadableSecret(Exception):
    """A stored secret that none of FIELD_KEYS opens."""


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        # Without what caused it: a traceback must not come near the text of a key.
        raise ImproperlyConfigured("FIELD_KEYS holds a key that is not 32 bytes in URL-safe base64") from None


def encrypt(text: str) -> str:
    """`text` as only the holder of FIELD_KEYS can read it."""
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """The text that was encrypted; raises UnreadableSecret when no key opens it."""
    try:
        # As bytes: of text, one that holds a letter outside ASCII raises something else.
        return _fernet(tuple(settings.FIELD_KEYS)).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret("a stored secret cannot be read with the present FIELD_KEYS") from error


def is_current(stored: str) -> bool:
    """Whether the first of FIELD_KEYS opens it, so that it needs none of the others."""
    try:
        _fernet((settings.FIELD_KEYS[0],)).decrypt(stored.encode())
    except InvalidToken:
        return False
    return True


def keyed_hashes(text: str) -> list[str]:
    """The hashes under which `text` may be stored, one for each field key; new ones are stored under the first."""
    # A purpose of its own keeps this use of the key apart from encryption.
    return [
        hmac.new(hashlib.sha256(b"stockroom token hash" + key.encode()).digest(), text.encode(), "sha256").hexdigest()
        for key in settings.FIELD_KEYS
    ]


class EncryptedTextField(TextField):
    """A text column that is encrypted at rest and never part of a serialized dump in clear."""

    description = "Encrypted text"

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def value_to_string(self, obj: models.Model) -> str:
        return DUMPED + encrypt(str(self.value_from_object(obj)))

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(DUMPED):
            return value
        try:
            return decrypt(value.removeprefix(DUMPED))
        except UnreadableSecret as error:
            raise ValidationError(str(error)) from error

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise TypeError(f"{self.name} is encrypted: it cannot be searched by {lookup_name}")
        return super().get_lookup(lookup_name)
