"""When twins speak, and how roughly what they say arrives."""

from webhooks.twins.faults import Faults
from webhooks.twins.wire import SECOND

BEGAN = 1_790_000_000 * SECOND
ROUGH = Faults(duplicate=0.2, reorder=0.4, delay=0.05, burst=0.01)


def moments(number: int) -> list[int]:
    return [BEGAN + 60 * SECOND * index for index in range(number)]
