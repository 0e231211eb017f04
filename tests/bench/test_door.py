"""What `make bench` says of the door: every request is another, and who stores less than it says is found out."""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from tests.acts import say
from tests.bench.door import load
from tests.bench.door.contenders import Contender, Program
from tests.bench.door.letters import letters, like_square, wrongly
from tests.bench.door.load import Load
from tests.bench.door.targets import Target, targets_table
from tests.bench.door.turns import Miscounted, Turns
from tests.bench.ground import Ground
from tests.webhooks import square

URL = "https://stock.example.org/hooks/bench/"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contender]:
    directory = tmp_path_factory.mktemp("bench")
    with Ground(directory, counts=0, deliveries=0, seconds=1, rounds=1) as ground:
        program = Program("bare", ground.postgres(), directory)
        yield program.contender("bare", "received", sign=like_square(URL))


def turns(directory: Path) -> Turns:
    return Turns(load=Load(directory), seconds=1, rounds=1, connections=(2,), say=say)


def test_every_request_is_signed_and_has_an_id_of_its_own() -> None:
    ids = set()
    for request in islice(letters("/hooks/bench/", like_square(URL)), 50):
        head, _, body = request.partition(b"\r\n\r\n")
        proof = base64.b64encode(hmac.digest(square.KEY.encode(), URL.encode() + body, "sha256"))
        assert b"x-square-hmacsha256-signature: " + proof in head.split(b"\r\n")
        ids.add(json.loads(body)["event_id"])
    assert len(ids) == 50


def test_a_receiver_is_measured_and_has_stored_what_it_answered(bare: Contender, tmp_path: Path) -> None:
    before = bare.rows()
    results = turns(tmp_path).take([bare], before_each=lambda: None)
    [answers] = results.answers["bare", 2]
    assert answers.not_2xx == 0
    assert 0 < answers.number <= bare.rows() - before
    assert 0 < answers.p50 <= answers.p99


def test_a_receiver_that_is_faster_than_was_thought_is_measured_again_from_the_start(
    bare: Contender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "FIRST_GUESS", 1.0)
    monkeypatch.setattr(load, "AT_LEAST", 10)
    results = turns(tmp_path).take([bare], before_each=lambda: None)
    assert results.answers["bare", 2][0].number > 10


def test_a_receiver_that_stores_less_than_it_says_is_found_out(bare: Contender, tmp_path: Path) -> None:
    forgetful = replace(bare, rows=lambda: 7)
    with pytest.raises(Miscounted, match=r"^bare: [0-9]+ answers of 2xx, 0 rows$"):
        turns(tmp_path).take([forgetful], before_each=lambda: None)


def test_a_receiver_that_refuses_what_is_genuine_is_found_out(bare: Contender, tmp_path: Path) -> None:
    misled = replace(bare, requests=lambda: letters("/hooks/bench/", wrongly(URL)))
    with pytest.raises(Miscounted, match=r"^bare: ([0-9]+) of \1 answers were not as they should be$"):
        turns(tmp_path).take([misled], before_each=lambda: None)


def test_the_page_says_plainly_what_was_reached() -> None:
    reached = Target(what="ours : theirs", bound=0.65, reached=[0.6, 0.7, 0.8])
    missed = Target(what="their p99", bound=2, reached=[1.5, 2.5, 2.25], at_most=True)
    assert targets_table([reached, missed]) == (
        "| Wanted | bound | measured | reached |\n"
        "| --- | --- | --- | --- |\n"
        "| ours : theirs | at least 0.65 x | 0.70 (0.60 to 0.80) x | yes |\n"
        "| their p99 | at most 2 x | 2.25 (1.50 to 2.50) x | **no** |"
    )
