"""The benchmark of the pages asks for what there is, and holds it against what is like it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from inventory.admin.display import admin_url
from inventory.api.urls import router
from tests.bench.million import fill
from tests.bench.pages.act import Found, report
from tests.bench.pages.admin_lists import admin_questions
from tests.bench.pages.api_lists import BESIDE, api_questions
from tests.bench.pages.furnishing import furnish
from tests.bench.pages.ledgers import Answer, Ledger
from tests.bench.pages.questions import Kind, Question
from tests.bench.pages.staff_pages import staff_questions
from tests.bench.size import Size
from tests.e2e.databases import new_database

COUNTS, DELIVERIES = 400, 300


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """A tiny one, in a database of its own."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings")
    database = new_database(tmp_path)
    made = Ledger(name="400 counts", counts=COUNTS, deliveries=DELIVERIES, database=database, directory=tmp_path)
    made.fill()
    made.furnish()
    yield made
    database.drop()


def test_the_act_reads_pages_of_ledgers_and_writes_what_each_came_to(ledger: Ledger) -> None:
    told: list[str] = []

    def wanted(question: Question) -> bool:
        return question.path.startswith("/api/v1/movements/")

    text = report(ledger, ledger, ledger, 1, told.append, wanted=wanted, exports=[("--format", "csv")])
    assert "| API, list | 7 |" in text
    assert "| API, deep | 2 |" in text
    assert "| `stock --format csv` | 401 (401) |" in text


@pytest.mark.django_db
def test_no_list_of_the_site_is_forgotten() -> None:
    fill(Size.of(COUNTS))
    furnish(DELIVERIES)
    user = User.objects.get()
    questions = [*admin_questions(user), *staff_questions(), *api_questions()]
    paths = {question.path for question in questions}
    assert {admin_url(model, "changelist") for model in admin.site._registry} <= paths
    lists: list[tuple[str, Any, str]] = router.registry
    names = {question.name for question in questions if question.group == "API"}
    assert {
        f"{basename}s by {parameter.name}"
        for _, view_set, basename in lists
        for parameter in view_set.parameters
        if (basename, parameter.name) not in BESIDE
    } <= names
    assert len({(question.group, question.name) for question in questions}) == len(questions)
    assert {question.kind for question in questions} == set(Kind)


def answers(*milliseconds: float) -> list[Answer]:
    return [
        Answer(status=200, seconds=2 * each / 1000, processor_seconds=each / 1000, rows=5, size=100)
        for each in milliseconds
    ]


@pytest.mark.parametrize(
    ("kind", "is_over"),
    [(Kind.LIST, True), (Kind.DEEP, False), (Kind.RARE, False)],
)
def test_a_page_may_take_so_much_longer_by_what_it_tries(kind: Kind, is_over: bool) -> None:
    question = Question(group="pages", name="overview", path="/", kind=kind)
    found = Found(question=question, held_against="5 counts", ours=answers(90, 39, 40), theirs=answers(30, 30, 40))
    assert found.ratio == pytest.approx(1.3)
    assert found.is_over is is_over
    assert found.cells() == [
        "pages: overview",
        "5",
        "5 counts",
        "30.0 (30.0 to 40.0); 60.0",
        "40.0 (39.0 to 90.0); 80.0",
        "1.30 (1.00 to 3.00) x",
        f"{ {Kind.LIST: '1.2', Kind.DEEP: '1.5', Kind.RARE: '2'}[kind] } x",
    ]
