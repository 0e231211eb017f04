"""The encrypted columns as they lie in the database: which of their rows can be read, and how they get the first key.

The columns are found by asking every model, so that a new one is checked and re-encrypted without being named here.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from webhooks.encryption import EncryptedTextField, UnreadableSecret, decrypt, is_current, keyed_hashes
from webhooks.models import Refusal
from webhooks.models.endpoint import not_ended

BATCH = 100
"""Rows that one transaction re-encrypts: some 30 ms, in which SQLite lets nobody else write."""
PAUSE_SECONDS = 0.02
"""Between two such transactions, so that the door gets its turn."""
MOST_ROUNDS = 10
"""How often a row that others keep changing is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRow:
    """One value as it is stored, and where it hangs."""

    pk: int
    sealed: str
    endpoint_id: int | None
    digest: str | None
    """The keyed hash that is stored beside it; None where there is none."""

    def is_readable(self) -> bool:
        """Whether a key of FIELD_KEYS opens it."""
        try:
            decrypt(self.sealed)
        except UnreadableSecret:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """An encrypted column of a model."""

    model: type[models.Model]
    field: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.field}"

    @property
    def digest_field(self) -> str | None:
        """The column that holds the keyed hash of this one, if there is one."""
        return cast("dict[str, str]", getattr(self.model, "KEYED_HASHES", {})).get(self.field)

    @property
    def in_use(self) -> Q:
        """The rows that are needed: not what has been retired, and not what is kept as evidence only."""
        if self.model is Refusal:
            return Q(pk__in=[])
        return not_ended(timezone.now()) if self._has("not_after") else Q()

    def rows(self, where: Q, *, using: str | None = None, at_once: int = BATCH) -> Iterator[SealedRow]:
        """The stored values by their primary key; one query reads so many of them `at_once`."""
        last: int | None = None
        while True:
            found = self._read(where if last is None else where & Q(pk__gt=last), using, at_once)
            yield from found
            if len(found) < at_once:
                return
            last = found[-1].pk

    def reencrypt(self, row: SealedRow) -> bool:
        """Write a row with the first key, unless it is no longer what was read; whether it was written.

        Raises UnreadableSecret when no key opens it.
        """
        clear = decrypt(row.sealed)
        values = {self.field: clear}
        if self.digest_field:
            values[self.digest_field] = keyed_hashes(clear)[0]
        same = self._sealed().filter(pk=row.pk, sealed=row.sealed)
        return bool(same.update(**values))

    def is_current(self, row: SealedRow) -> bool:
        """Whether a row and its keyed hash are under the first key."""
        if not is_current(row.sealed):
            return False
        return row.digest is None or row.digest == keyed_hashes(decrypt(row.sealed))[0]

    def _sealed(self, using: str | None = None) -> "models.QuerySet[Any]":
        rows: models.QuerySet[Any] = self.model._default_manager.using(using)
        sealed: models.QuerySet[Any] = rows.annotate(sealed=Cast(self.field, TextField()))
        return sealed

    def _read(self, where: Q, using: str | None, at_once: int) -> list[SealedRow]:
        owner = ["endpoint_id"] if self._has("endpoint") else []
        names = ["pk", "sealed", *owner, *filter(None, [self.digest_field])]
        found = self._sealed(using).filter(where, sealed__isnull=False).order_by("pk")[:at_once]
        return [
            SealedRow(
                pk=values["pk"],
                sealed=values["sealed"],
                endpoint_id=values.get("endpoint_id"),
                digest=values[self.digest_field] if self.digest_field else None,
            )
            for values in found.values(*names)
        ]

    def _has(self, field: str) -> bool:
        return any(known.name == field for known in self.model._meta.concrete_fields)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What has become of a column's rows so far."""

    reencrypted: int = 0
    current: int = 0
    """Under the first key already."""
    unreadable: int = 0
    changed: int = 0
    """Changed by somebody else at every try."""


def sealed_columns() -> list[SealedColumn]:
    """Every encrypted column of every model."""
    return [
        SealedColumn(model=model, field=field.name)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def rotate(column: SealedColumn) -> Iterator[Tally]:
    """Re-encrypt a column with the first key; yields what was done after each batch, which is committed by then.

    Whoever stops in between has lost nothing: what is under the first key already is left alone. A row that somebody
    else changes at the same moment keeps what they wrote.
    """
    tally = Tally()
    missed = yield from _rotate(column, column.rows(Q()), tally)
    for _ in range(MOST_ROUNDS):
        if not missed:
            break
        missed = yield from _rotate(column, column.rows(Q(pk__in=missed)), tally)
    tally.changed = len(missed)
    yield tally


def _rotate(column: SealedColumn, rows: Iterator[SealedRow], tally: Tally) -> Generator[Tally, None, list[int]]:
    """Re-encrypt these rows; return those that somebody else has changed meanwhile."""
    missed: list[int] = []
    while batch := list(islice(rows, BATCH)):
        readable = [row for row in batch if row.is_readable()]
        stale = [row for row in readable if not column.is_current(row)]
        missed += _write(column, stale, tally)
        tally.unreadable += len(batch) - len(readable)
        tally.current += len(readable) - len(stale)
        yield tally
        if stale:
            time.sleep(PAUSE_SECONDS)
    return missed


def _write(column: SealedColumn, rows: Sequence[SealedRow], tally: Tally) -> list[int]:
    """Re-encrypt these in one transaction; return which had been changed meanwhile."""
    with transaction.atomic():
        missed = [row.pk for row in rows if not column.reencrypt(row)]
    tally.reencrypted += len(rows) - len(missed)
    return missed
