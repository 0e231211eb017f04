"""The short form of the act of strangers; `make fuzz` sends forty times as much."""

import os
from pathlib import Path

import pytest

from tests.fuzz.aim import LOGIN, Aim
from tests.fuzz.answers import Answer
from tests.fuzz.sending import faults
from tests.fuzz.strangers import strangers

DATABASE = "postgres" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
REQUESTS = 5_000


def aim(seed: int) -> Aim:
    """At pages alone: there is no account."""
    return Aim([], session="a-session", declared={}, seed=seed)


def test_strangers_leave_nothing_but_refusals_and_are_never_answered_with_a_fault(tmp_path: Path) -> None:
    report = strangers(requests=REQUESTS, seed=1, database=DATABASE, directory=tmp_path, say=print)
    print("\n".join(report.lines()))
    assert report.problems == []
    # Logins are so few that a short run may have none of them.
    assert {kind for kind, _ in report.counts} | {LOGIN} == aim(1).kinds | {LOGIN}
    assert sum(report.counts.values()) >= REQUESTS


def test_the_same_number_of_a_seed_is_the_same_request_and_another_is_another() -> None:
    ours, same, other = (aim(seed) for seed in (1, 1, 2))
    asked = [number for number in range(200) if _is_page(ours, number)]
    assert [ours.shot(number) for number in asked] == [same.shot(number) for number in asked]
    assert [ours.shot(number) for number in asked] != [
        other.shot(number) for number in asked if _is_page(other, number)
    ]


def _is_page(aimed: Aim, number: int) -> bool:
    """Whether it goes to a page, where no account is needed; what goes to a hook carries the time."""
    try:
        aimed.shot(number)
    except IndexError:
        return False
    return True


@pytest.mark.parametrize(
    ("status", "headers", "body", "fault"),
    [
        (401, {}, b"not authenticated\n", []),
        (503, {"retry-after": "5"}, b"please try again\n", []),
        (503, {}, b"please try again\n", ["answered 503: b'please try again\\n'"]),
        (503, {"retry-after": "5"}, b"", ["answered 503: b''"]),
        (500, {}, b"", ["answered 500: b''"]),
        (200, {}, b"stored\n", ["it was stored"]),
    ],
)
def test_a_fault_of_ours_and_a_storing_are_found(
    status: int, headers: dict[str, str], body: bytes, fault: list[str]
) -> None:
    assert faults(Answer(status=status, headers=headers, body=body)) == fault
