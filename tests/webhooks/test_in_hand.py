"""What a worker has in hand, as another process reads it."""

import multiprocessing
import os

import pytest

from webhooks.in_hand import InHand


def take_and_die(in_hand: InHand, ids: list[int], at: int) -> None:
    """In a process of its own, which ends without a farewell."""
    in_hand.take(ids)
    in_hand.turn_to(at)
    os._exit(1)


@pytest.mark.parametrize(
    ("ids", "at", "current"),
    [
        ([], 0, 0),
        ([7, 8, 9_223_372_036_854_775_807], 8, 8),
        # It may have been any of them, or, where there is only one, that one.
        ([7, 8], 0, 0),
        ([7], 0, 7),
    ],
)
def test_what_a_process_had_in_hand_is_known_when_it_is_dead(ids: list[int], at: int, current: int) -> None:
    in_hand = InHand(3)
    process = multiprocessing.get_context("fork").Process(target=take_and_die, args=(in_hand, ids, at))
    process.start()
    process.join()
    assert (in_hand.ids(), in_hand.current()) == (ids, current)


def test_whoever_takes_others_is_at_none_of_them_yet() -> None:
    in_hand = InHand(3)
    in_hand.take([1, 2, 3])
    in_hand.turn_to(3)
    in_hand.take([4, 5])
    assert (in_hand.ids(), in_hand.current()) == ([4, 5], 0)
