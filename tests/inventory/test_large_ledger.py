"""A large ledger that is written past the ORM, for measures: every law holds on it, and it can be written on."""

import pytest
from django.db import connection

from inventory import ledger
from inventory.models import Source
from tests.bench.million import NotEmpty, Size, fill
from tests.inventory.fold.support import born, read
from tests.inventory.ledger_support import write

pytestmark = pytest.mark.django_db


def test_every_law_holds_on_a_thousand_counts_that_were_written_at_once() -> None:
    written = fill(Size.of(1_000))
    proof = ledger.prove()
    assert proof.breaches == []
    assert (proof.counts, proof.streams) == (written.counts, written.streams)
    assert (proof.events, proof.movements) == (written.events, written.movements)
    assert written.counts == 1_000
    assert 4_900 < written.movements < 5_100
    connection.check_constraints()


def test_the_ledger_goes_on_behind_what_was_written_at_once() -> None:
    written = fill(Size.of(200))
    for source in Source.objects.all():
        assert len(write(source, read("a", 1, "10"), born("b", 10, "bay", "100")).movements) == 2
    proof = ledger.prove()
    assert proof.breaches == []
    assert (proof.counts, proof.movements) == (written.counts + 6, written.movements + 6)


def test_nothing_is_written_over_a_ledger_that_is_there() -> None:
    fill(Size.of(200))
    with pytest.raises(NotEmpty):
        fill(Size.of(200))
