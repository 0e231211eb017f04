"""What befalls messages on their way: which come, in which order, and that it is the same for the same seed."""

from dataclasses import replace

import pytest

from webhooks.twins import Message, Proof
from webhooks.twins.faults import Faults, UnknownFault, befall

ALWAYS = 1.0


def message(number: int, *, lane: str = "") -> Message:
    body = b'{"number": %03d}' % number
    return Message(sender="square", kind="said", body=body, occurred=number * 100, sent_at=number * 100 + 10, lane=lane)


def messages(number: int, *lanes: str) -> list[Message]:
    return [message(index, lane=lanes[index % len(lanes)] if lanes else "") for index in range(number)]


def test_without_faults_all_come_as_they_were_sent() -> None:
    said = messages(50, "a", "", "b")
    assert befall(said, Faults(), 1) == said
    assert befall([], Faults(duplicate=ALWAYS, reorder=ALWAYS, burst=ALWAYS), 1) == []


def test_what_is_sent_twice_comes_again_as_a_second_try() -> None:
    said = messages(3)
    twice = befall(said, Faults(duplicate=ALWAYS), 1)
    assert twice == [copy for one in said for copy in (one, replace(one, attempt=1))]


def test_what_is_overtaken_comes_after_who_overtook_it_and_nothing_is_lost() -> None:
    said = messages(300)
    came = befall(said, Faults(reorder=0.3, delay=0.02), 1)
    assert sorted(one.body for one in came) == [one.body for one in said]
    assert [one.body for one in came] != [one.body for one in said]
    assert [one.sent_at for one in came] == sorted(one.sent_at for one in came)
    sent = {one.body: one.sent_at for one in said}
    assert all(one.sent_at >= sent[one.body] for one in came)


def test_a_lane_comes_in_its_own_order_with_its_second_tries_beside_the_first() -> None:
    said = messages(300, "a", "b", "")
    came = befall(said, Faults(duplicate=0.3, reorder=0.5, delay=0.05), 1)
    for lane in ("a", "b"):
        theirs = [one.body for one in came if one.lane == lane]
        assert theirs == sorted(theirs)
    free = [one.body for one in came if not one.lane]
    assert free != sorted(free)


def test_a_burst_is_sent_at_the_moment_of_its_last() -> None:
    said = messages(100)
    came = befall(said, Faults(burst=ALWAYS), 1)
    assert [one.sent_at for one in came] == [3_910] * 40 + [7_910] * 40 + [9_910] * 20


def test_a_forger_sends_the_same_beside_the_genuine_one() -> None:
    said = messages(2)
    came = befall(said, Faults(wrong_secret=ALWAYS, wrong_url=ALWAYS), 1)
    proofs = (Proof.WRONG_SECRET, Proof.WRONG_URL, Proof.GENUINE)
    assert came == [replace(one, proof=proof) for one in said for proof in proofs]


def test_a_body_that_was_cut_off_comes_before_the_whole_one() -> None:
    said = messages(1)
    assert [one.body for one in befall(said, Faults(truncate=ALWAYS), 1)] == [b'{"numbe', b'{"number": 000}']


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    said = messages(200, "a", "")
    faults = Faults(duplicate=0.2, reorder=0.2, delay=0.1, burst=0.1, wrong_secret=0.1, truncate=0.1)
    assert befall(said, faults, 1) == befall(said, faults, 1)
    assert befall(said, faults, 1) != befall(said, faults, 2)


def test_faults_are_read_from_a_line() -> None:
    assert Faults.parse("duplicate=0.1,reorder=0.25,wrong_url=1") == Faults(duplicate=0.1, reorder=0.25, wrong_url=1.0)
    assert Faults.parse("") == Faults()
    assert Faults.parse("wrong_url=0.5,wrong_secret=0").proofs() == [Proof.WRONG_URL]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hunger=0.1", "there is no fault 'hunger'; known are duplicate, reorder, delay, burst, wrong_secret"),
        ("duplicate", "duplicate: '' is not a share from 0 to 1"),
        ("duplicate=often", "duplicate: 'often' is not a share from 0 to 1"),
        ("duplicate=1.5", "duplicate: 1.5 is not a share from 0 to 1"),
        ("delay=-0.1", "delay: -0.1 is not a share from 0 to 1"),
        ("delay=nan", "delay: nan is not a share from 0 to 1"),
    ],
)
def test_a_line_that_names_no_fault_says_so(text: str, told: str) -> None:
    with pytest.raises(UnknownFault) as refused:
        Faults.parse(text)
    assert str(refused.value).startswith(told)
