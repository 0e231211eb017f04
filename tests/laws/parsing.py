"""From what happens to statements, through the real parsers."""

from collections.abc import Mapping

from inventory.events import Statement
from tests.laws.histories import Happening, History, instant
from webhooks.providers import PROVIDERS, Intake, Parsed


def statements_in(history: History) -> list[list[Statement]]:
    """What each happening states, were they to arrive in the history's own order."""
    return [
        said_by(happening, history.provider, history.settings, number=number, received=instant(happening.tick))
        for number, happening in enumerate(history.happenings, start=1)
    ]


def said_by(
    happening: Happening, provider: str, settings: Mapping[str, str], *, number: int, received: int
) -> list[Statement]:
    """What one happening states, as the delivery of this number, received at this moment."""
    if happening.hand is not None:
        return [happening.hand]
    dialect = PROVIDERS[provider]
    intake = Intake(
        number=number, received=received, headers={}, body=happening.body, settings=dialect.settings_of(settings)
    )
    parsed = dialect.parse(intake)
    assert isinstance(parsed, Parsed), parsed
    return list(parsed.statements)
