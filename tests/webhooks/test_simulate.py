"""`manage.py simulate`: where it posts, and what it refuses to do. That it posts is shown over real HTTP."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.webhooks.shop import SquareShop
from webhooks.endpoints import add_endpoint


def simulate(*arguments: object) -> str:
    out = StringIO()
    call_command("simulate", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def problem(*arguments: object) -> str:
    with pytest.raises(CommandError) as refused:
        simulate(*arguments)
    return str(refused.value)


def test_it_posts_to_this_machine_only(shop: SquareShop) -> None:
    """The tests' own PUBLIC_BASE_URL is another machine's."""
    told = problem("square", "--endpoint", shop.made.endpoint.pk)
    assert told.startswith(f"'https://stock.example.test{shop.made.token.path}' is not on this machine: twins post")


def test_it_has_to_be_told_where_to_post(db: None) -> None:
    assert problem("square") == "say where to post: --endpoint ID, or --url URL (and --secret)"
    assert problem("square", "--endpoint", 7) == "there is no endpoint 7"


def test_a_twin_speaks_to_its_own_endpoint_only(shop: SquareShop) -> None:
    assert problem("treez", "--endpoint", shop.made.endpoint.pk) == f"endpoint {shop.made.endpoint.pk} speaks square"


def test_it_needs_a_secret_that_can_be_used(db: None) -> None:
    made = add_endpoint("square", name="The shop")
    assert problem("square", "--endpoint", made.endpoint.pk).startswith("the secret cannot be used: ")
    assert problem("square", "--url", "http://127.0.0.1:1/").startswith("the secret cannot be used: ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--faults", "hunger=1"], "--faults: there is no fault 'hunger'"),
        (["--faults", "wrong_secret=1"], "--faults: wrong_secret: a request of this sender proves nothing"),
        (["--count", "0"], "--count 0: it must be from 1 to 1000000"),
        (["--connections", "65"], "--connections 65: it must be from 1 to 64"),
        (["--rate", "-1"], "--rate -1.0: it must be from 0 to 1000000"),
        (["--within", "0"], "--within 0.0: it must be from 1 to 86400"),
        (["--retry-scale", "2"], "--retry-scale 2.0: it must be from 0 to 1"),
    ],
)
def test_what_it_cannot_do_it_says(arguments: list[str], told: str) -> None:
    assert problem("budsense", "--url", "http://127.0.0.1:1/hooks/x/", *arguments).startswith(told)


@pytest.mark.django_db
def test_it_says_which_settings_its_account_needs() -> None:
    made = add_endpoint("tracktile", name="The kitchen", secrets=["s" * 32], settings={"unit_attribute": "unit"})
    said = StringIO()
    call_command(
        "simulate", "tracktile", "--endpoint", str(made.endpoint.pk), "--url", "http://127.0.0.1:1/", "--count", "1",
        "--retry-scale", "0", stdout=StringIO(), stderr=said,
    )  # fmt: skip
    assert said.getvalue().splitlines()[0] == (
        "not all that it says will be understood: the source has not expiry_attribute=best_before, "
        "quantity_attribute=on_hand"
    )


def test_where_nothing_answers_every_message_is_tried_and_given_up() -> None:
    said = simulate("budsense", "--url", "http://127.0.0.1:1/", "--count", 2, "--rate", 0, "--retry-scale", 0)
    lines = said.splitlines()
    assert lines[1:3] == ["no answer: 6", "tried again: 4, given up: 2, not sent: 0"]
    assert lines[3] == "answered within: median 0.0 ms, 95 % 0.0 ms, 99 % 0.0 ms, longest 0.0 ms"
