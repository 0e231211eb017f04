"""No URL token in the logs: Django writes the path of every request that it answers with 4xx or 5xx."""

import io
import logging
import logging.config
from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.webhooks.shop import SquareShop
from webhooks import views
from webhooks.redaction import HideTokens, hide_tokens

LOGGING: dict[str, Any] = deepcopy(settings.LOGGING)  # configuring takes pieces out of what it is given


class Log:
    """What the configured handler writes: its filters and its format, but a place where the test can read it."""

    def __init__(self) -> None:
        self.written = io.StringIO()
        self.handler = logging.StreamHandler(self.written)
        configured = deepcopy(LOGGING)
        described = configured["handlers"]["stderr"]
        configurator = logging.config.DictConfigurator(configured)
        for name in described["filters"]:
            self.handler.addFilter(configurator.configure_filter(configured["filters"][name]))
        self.handler.setFormatter(configurator.configure_formatter(configured["formatters"][described["formatter"]]))

    @property
    def text(self) -> str:
        return self.written.getvalue()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    """Hears alone what Django and everybody else has to say: no other handler's filter can hide anything first."""
    log = Log()
    for logger in (logging.getLogger(), logging.getLogger("django")):
        monkeypatch.setattr(logger, "handlers", [log.handler])
    return log


TOKEN = "AAAAAAAAAAAAAAAAAAAAAA"


def test_the_line_of_a_404_holds_no_token(db: None, log: Log) -> None:
    Client().post(f"/hooks/{TOKEN}/?q={TOKEN[:5]}", b"{}", content_type="application/json")
    assert "WARNING django.request Not Found: /hooks/[token]/" in log.text
    assert TOKEN not in log.text


def test_the_line_of_a_path_that_no_view_has_holds_no_token(db: None, log: Log) -> None:
    Client().get(f"/hooks/{TOKEN}/more")
    assert "Not Found: /hooks/[token]/more" in log.text
    assert TOKEN not in log.text


def test_the_lines_of_a_401_hold_no_token(shop: SquareShop, log: Log) -> None:
    shop.post(b"{}", signature="no")
    assert f"WARNING webhooks.refusals endpoint {shop.made.endpoint.pk} refused a request: malformed" in log.text
    assert "WARNING django.request Unauthorized: /hooks/[token]/" in log.text
    assert shop.made.token.value not in log.text


def test_neither_the_line_nor_the_traceback_of_a_500_holds_a_token(
    shop: SquareShop, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(token: str) -> None:
        raise RuntimeError(f"nothing works at https://stock.example.test/hooks/{token}/")

    monkeypatch.setattr(views, "find_doorway", broken)
    Client(raise_request_exception=False).post(shop.made.token.path, b"{}", content_type="application/json")
    assert "ERROR django.request Internal Server Error: /hooks/[token]/" in log.text
    assert "RuntimeError: nothing works at https://stock.example.test/hooks/[token]/" in log.text
    assert shop.made.token.value not in log.text


def test_without_the_filter_the_token_would_be_there(db: None, log: Log) -> None:
    log.handler.filters.clear()
    Client().post(f"/hooks/{TOKEN}/", b"{}", content_type="application/json")
    assert f"Not Found: /hooks/{TOKEN}/" in log.text


def test_every_configured_handler_hides_tokens() -> None:
    assert {name: described.get("filters") for name, described in LOGGING["handlers"].items()} == {
        "stderr": ["tracebacks_of_faults", "hide_tokens"]
    }
    assert LOGGING["filters"]["hide_tokens"] == {"()": "webhooks.redaction.HideTokens"}
    named = [*LOGGING["loggers"].values(), LOGGING["root"]]
    assert [described["handlers"] for described in named] == [["stderr"]] * 4


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"/hooks/{TOKEN}", "/hooks/[token]"),
        (f"/hooks/{TOKEN}/", "/hooks/[token]/"),
        (f"Not Found: /hooks/{TOKEN}/x", "Not Found: /hooks/[token]/x"),
        (f"POST /hooks/{TOKEN}?a=b HTTP/1.1", "POST /hooks/[token]?a=b HTTP/1.1"),
        (f"<WSGIRequest: POST '/hooks/{TOKEN}/'>", "<WSGIRequest: POST '/hooks/[token]/'>"),
        (f"https://a/hooks/{TOKEN}/ https://b/hooks/{TOKEN}", "https://a/hooks/[token]/ https://b/hooks/[token]"),
        ("/hooks/%41%00/ü", "/hooks/[token]/ü"),
        (f"Not Found: /hooks//{TOKEN}/", "Not Found: /hooks//[token]/"),
        (f"Not Found: /hooks/ {TOKEN}/", "Not Found: /hooks/ [token]/"),
        (f"Not Found: /webhooks/{TOKEN}/", "Not Found: /webhooks/[token]/"),
        (f"Not Found: /{TOKEN}", "Not Found: /[token]"),
        (f"/admin/login/?next=%2Fhook%2F{TOKEN}", "/admin/login/?next=%2Fhook%2F[token]"),
        (f"/api/{TOKEN}1/{TOKEN[1:]}/", f"/api/{TOKEN}1/{TOKEN[1:]}/"),
        ("/hooks/", "/hooks/"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_a_token_ends_where_the_path_goes_on(text: str, hidden: str) -> None:
    assert hide_tokens(text) == hidden


def test_tokens_among_the_arguments_are_hidden_too(log: Log) -> None:
    logging.getLogger("stockroom.test").warning("%s was %d bytes", f"/hooks/{TOKEN}/", 5)
    assert log.text.endswith("WARNING stockroom.test /hooks/[token]/ was 5 bytes\n")


@pytest.mark.parametrize("arguments", [("/hooks/" + TOKEN,), (1, 2), ({"other": TOKEN},)])
def test_a_line_whose_arguments_do_not_fit_is_written_and_fails_nobody(arguments: tuple[object, ...]) -> None:
    record = logging.LogRecord("stockroom", logging.INFO, __file__, 1, "%(number)d of %d", arguments, None)
    assert HideTokens().filter(record)
    assert record.getMessage().startswith("'%(number)d of %d' does not fit ")
    assert f"/hooks/{TOKEN}" not in record.getMessage()
