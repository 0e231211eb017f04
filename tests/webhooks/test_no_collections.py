"""In the middle of a batch nobody looks for circles of objects; after it, however it ended, it is as before."""

import gc
from collections import Counter
from typing import Any

import pytest

from tests.webhooks.inbox_support import store
from tests.webhooks.shop import SquareShop
from webhooks import worker


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("was_enabled", [True, False])
def test_collections_rest_while_a_batch_is_processed(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch, fails: bool, was_enabled: bool
) -> None:
    seen: list[bool] = []

    def process(*_: Any, **__: Any) -> Counter[str]:
        seen.append(gc.isenabled())
        if fails:
            raise ValueError("a fault of ours")
        return Counter(processed=1)

    store(shop, 1)
    monkeypatch.setattr(worker, "process", process)
    (gc.enable if was_enabled else gc.disable)()
    try:
        assert worker.step() == ({"failed": 1} if fails else {"processed": 1})
        assert (seen, gc.isenabled()) == ([False], was_enabled)
    finally:
        gc.enable()
