"""Sessions as Django keeps them in the database, asked for only by keys that it could have given out."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS


class SessionStore(db.SessionStore):
    """A session. Any other key in a cookie is none, and is not looked for.

    A quoted cookie may hold any character, NUL among them, which PostgreSQL refuses to compare text with: everybody
    could have every page answer with a fault of ours.
    """

    def _validate_session_key(self, key: Any) -> bool:
        # The stubs leave it out.
        return bool(super()._validate_session_key(key)) and set(VALID_KEY_CHARS).issuperset(key)  # type: ignore[misc]
