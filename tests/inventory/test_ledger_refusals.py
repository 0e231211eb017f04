"""What the ledger refuses to write, in words for whoever asked."""

from decimal import Decimal

import pytest

from inventory import ledger
from inventory.ledger import UnknownCount
from inventory.ledger.directory import Directory
from inventory.models import Cause
from tests.inventory.ledger_support import Rumour


def test_a_statement_of_a_kind_that_has_no_stream_is_a_fault_of_the_caller() -> None:
    with pytest.raises(TypeError, match="Rumour belongs to no stream"):
        Directory().slot_of(1, Rumour(key="r", occurred=1, order_key=b"r"))


@pytest.mark.django_db
def test_a_count_that_is_not_there_can_be_neither_adjusted_nor_counted() -> None:
    for correct in (ledger.adjust, ledger.count_by_hand):
        with pytest.raises(UnknownCount, match="there is no count 4711"):
            correct(4711, Decimal(1), actor="kim")
    assert not Cause.objects.exists()
