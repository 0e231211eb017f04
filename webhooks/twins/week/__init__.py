"""A week of trade, as five senders tell it: pure, and the same for the same seed and end, byte for byte."""

from collections.abc import Iterable
from dataclasses import dataclass

from webhooks.twins import Message, Twin
from webhooks.twins.budsense import BudSenseTwin
from webhooks.twins.chance import seeded
from webhooks.twins.faults import Faults, befall
from webhooks.twins.jetti import JettiTwin
from webhooks.twins.square import SquareTwin
from webhooks.twins.tracktile import TracktileTwin
from webhooks.twins.treez import TreezTwin
from webhooks.twins.week import exhibits
from webhooks.twins.week.calendar import MINUTE, Calendar
from webhooks.twins.week.exhibits import Scene
from webhooks.twins.wire import DAY, SECOND
from webhooks.twins.world import trading_moments

MESSAGES = {"square": 1000, "treez": 600, "jetti": 350, "tracktile": 380, "budsense": 60}
"""How many a week holds of each, beside the opening stock and what is shown on purpose."""
SILENT_DAYS = 3
"""So long ago the catalogue fell silent."""
ON_THE_WAY = Faults(duplicate=0.04, reorder=0.08, delay=0.01, burst=0.003)
OPENING_SECONDS = 5
"""Between two messages of the opening stock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The twins of one week, who know what is true at its end."""

    square: SquareTwin
    treez: TreezTwin
    tracktile: TracktileTwin
    jetti: JettiTwin
    budsense: BudSenseTwin

    def all(self) -> tuple[Twin, ...]:
        return self.square, self.treez, self.tracktile, self.jetti, self.budsense


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What comes in, in the order in which it comes, and who says it."""

    cast: Cast
    messages: tuple[Message, ...]


def week(*, seed: int, until: int, scale: float = 1.0) -> Week:
    """The week that ends at `until` (nanoseconds since 1970-01-01 UTC); `scale` of its trade, and all its exhibits."""
    calendar = Calendar(until=until)
    began = calendar.began
    cast = Cast(
        square=SquareTwin(seed=seed, began=began),
        treez=TreezTwin(seed=seed, began=began, products=22),
        tracktile=TracktileTwin(seed=seed, began=began),
        jetti=JettiTwin(seed=seed, began=began),
        budsense=BudSenseTwin(seed=seed, began=began, products=18),
    )
    shown: dict[str, Iterable[Scene]] = {
        "square": exhibits.in_the_shop(cast.square, calendar),
        "treez": exhibits.in_the_dispensary(cast.treez, calendar),
        "tracktile": exhibits.in_the_kitchen(cast.tracktile, calendar),
        "jetti": exhibits.in_the_channel(cast.jetti, calendar),
        "budsense": (),
    }
    told: dict[str, list[Message]] = {}
    for twin in cast.all():
        number = round(MESSAGES[twin.provider] * scale)
        said = _played(twin, shown[twin.provider], calendar, seed, number)
        told[twin.provider] = befall(said, ON_THE_WAY, seed)
    told["square"] = exhibits.misdirected(told["square"], calendar)
    sandbox = SquareTwin(seed=seed + 1, began=began)
    told["strays"] = list(exhibits.strays(told["treez"], cast.jetti, sandbox, calendar))
    coming = sorted((message for messages in told.values() for message in messages), key=lambda said: said.sent_at)
    return Week(cast=cast, messages=tuple(coming))


def _played(twin: Twin, shown: Iterable[Scene], calendar: Calendar, seed: int, number: int) -> list[Message]:
    """The twin's week, in the order in which it is sent."""
    opening = [calendar.began + OPENING_SECONDS * SECOND * step for step in range(len(twin.agenda))]
    # The last minutes belong to what is shown on purpose.
    ends = calendar.until - (SILENT_DAYS * DAY if twin.provider == "budsense" else 10 * MINUTE)
    chance = seeded(seed, twin.provider, "moments")
    trading = trading_moments(chance, calendar.began + 30 * MINUTE, ends, number, offset=calendar.offset)
    routine: list[Scene] = [(at, twin.act) for at in (*opening, *trading)]
    scenes = sorted([*routine, *shown], key=lambda scene: scene[0])
    return sorted((deed(at) for at, deed in scenes), key=lambda message: message.sent_at)
