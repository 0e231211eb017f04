"""A large ledger that is written past the ORM, for measures: every law holds on it, and it can be written on."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import ledger
from inventory.ledger import pages, sums
from inventory.models import BatchLink, Count, Source, Stream
from tests.bench.million import NotEmpty, fill
from tests.bench.size import Size
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


def queries_of_a_proof(counts: int) -> int:
    """How many queries it takes to prove a ledger of so many counts, which is gone afterwards."""
    with transaction.atomic():
        fill(Size.of(counts))
        with CaptureQueriesContext(connection) as asked:
            assert ledger.prove().breaches == []
        transaction.set_rollback(True)
    return len(asked)


def test_a_page_takes_as_many_queries_for_three_times_as_many_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lots that were split off, used up and made, packages and descriptions among them."""
    monkeypatch.setattr(sums, "COUNTS_AT_A_TIME", 10_000)
    monkeypatch.setattr(pages, "STREAMS_AT_A_TIME", 10_000)
    monkeypatch.setattr(pages, "EVENTS_AT_A_TIME", 100_000)
    assert queries_of_a_proof(400) == queries_of_a_proof(1_200)


def test_what_is_found_does_not_hang_on_how_much_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    written = fill(Size.of(400))
    lost = BatchLink.objects.filter(kind="consumed").order_by("-pk")[:1]
    BatchLink.objects.filter(pk__in=list(lost.values_list("pk", flat=True))).delete()
    Count.objects.filter(pk=Count.objects.latest("pk").pk).update(quantity=Decimal(-1))
    Stream.objects.filter(pk=Stream.objects.filter(kind="count").latest("pk").pk).update(state=None)
    at_once = ledger.prove()
    assert [breach.law for breach in at_once.breaches] == ["1 sum", "2 convergence", *["3 rebuild"] * 3]
    monkeypatch.setattr(sums, "COUNTS_AT_A_TIME", 7)
    monkeypatch.setattr(pages, "STREAMS_AT_A_TIME", 7)
    monkeypatch.setattr(pages, "EVENTS_AT_A_TIME", 10)
    assert ledger.prove() == at_once
    assert at_once.streams == written.streams
