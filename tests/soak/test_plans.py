"""What is planned before a soak begins: who is struck when, and what each line posts in which order."""

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.soak.accounts import REPEATED, plan_lines
from tests.soak.hand import Kind, plan_blows
from webhooks.twins import TWINS, Message
from webhooks.twins.wire import SECOND

BEGAN = 1_790_000_000 * SECOND
MESSAGES = 600


def said(provider: str) -> list[Message]:
    twin = TWINS[provider](seed=3, began=BEGAN)
    played = twin.play(BEGAN + 60 * SECOND * turn for turn in range(MESSAGES))
    return sorted(played, key=lambda message: message.sent_at)


def bodies(messages: Sequence[Message]) -> list[bytes]:
    return [message.body for message in messages]


@pytest.mark.parametrize("provider", TWINS)
def test_everything_is_posted_and_a_tenth_of_it_again_on_the_same_line(provider: str) -> None:
    messages = said(provider)
    lines = plan_lines(messages, number=4, seed=3)
    posted = Counter(body for line in lines for body in bodies(line))
    assert posted.keys() == set(bodies(messages))
    repeated = posted.total() - MESSAGES
    assert 0.5 * REPEATED < repeated / MESSAGES < 1.5 * REPEATED
    assert [body for line in lines for body in set(bodies(line))] != bodies(messages)


@pytest.mark.parametrize("provider", ["treez", "jetti"])
def test_what_has_no_clock_stays_in_its_order_and_is_repeated_before_the_next(provider: str) -> None:
    messages = said(provider)
    lines = plan_lines(messages, number=4, seed=3)
    for lane in {message.lane for message in messages if message.lane}:
        [line] = [line for line in lines if any(message.lane == lane for message in line)]
        in_order = [message.sent_at for message in line if message.lane == lane]
        assert in_order == sorted(in_order)


@pytest.mark.parametrize("provider", ["square", "tracktile", "budsense"])
def test_what_has_a_clock_is_shuffled(provider: str) -> None:
    messages = said(provider)
    [line] = plan_lines(messages, number=1, seed=3)
    order = [message.occurred for message in line]
    assert order != sorted(order)


def test_the_same_seed_plans_the_same() -> None:
    messages = said("square")
    assert plan_lines(messages, number=4, seed=3) == plan_lines(messages, number=4, seed=3)
    assert plan_lines(messages, number=4, seed=3) != plan_lines(messages, number=4, seed=4)
    assert plan_blows(3, 8, 5_000, list(Kind)) == plan_blows(3, 8, 5_000, list(Kind))


@pytest.mark.parametrize("seed", range(20))
def test_the_blows_are_of_every_kind_and_fall_while_there_is_something_to_post(seed: int) -> None:
    blows = plan_blows(seed, 8, 5_000, list(Kind))
    assert Counter(blow.kind for blow in blows) == dict.fromkeys(Kind, 2)
    at = [blow.at for blow in blows]
    assert (at == sorted(at), min(at) > 0, max(at) < 0.9 * 5_000) == (True, True, True)
