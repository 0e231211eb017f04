"""Somebody with a browser: keeps cookies, signs in, fills in forms; whatever they were shown can be read afterwards."""

from collections.abc import Mapping
from contextlib import closing
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.crawl import Page, crawl
from tests.e2e.canaries import Surface
from tests.e2e.stand import Answer, Stand


class Visitor:
    """One person's browser at a stand. `shown` is every answer they got, with its headers."""

    def __init__(self, stand: Stand, name: str) -> None:
        self.stand = stand
        self.name = name
        self.shown: list[Surface] = []
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path)

    def post(self, path: str, fields: Mapping[str, str] = {}) -> Answer:
        """Send a form, with the token against forgery that a page before has left in a cookie."""
        asked = {"csrfmiddlewaretoken": self._cookies.get("csrftoken", ""), **fields}
        return self._ask("POST", path, urlencode(asked).encode())

    def sign_in(self, username: str, password: str) -> int:
        """Send the login's form; the status of its answer: 302 when it was right."""
        self.get("/admin/login/")
        return self.post("/admin/login/", {"username": username, "password": password}).status

    def walk(self, *starts: str) -> dict[str, Page]:
        """Every page that links lead to from `starts`; the way out is not taken."""

        def fetch(path: str) -> Page:
            answer = self.get(path)
            return Page(
                status=answer.status,
                content_type=answer.headers.get("content-type", ""),
                location=answer.headers.get("location", ""),
                body=answer.body,
            )

        return crawl(fetch, starts, leave_out=["/static/", "/admin/logout/"], most_queries=1)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        with closing(self.stand.connect()) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            told, content = response.getheaders(), response.read()
        for name, value in told:
            if name.lower() == "set-cookie":
                self._cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        lines = "".join(f"{name}: {value}\n" for name, value in told)
        self.shown.append(Surface(where=f"{self.name}: {method} {path}", content=f"{lines}\n".encode() + content))
        return Answer(status=response.status, headers={name.lower(): value for name, value in told}, body=content)
