"""Every page that can be reached by links, as a person with a browser and patience would find them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

MOST = 3_000
"""Pages. A site of a few rows has fewer; more means that links lead on without end."""
ANY = "http://stockroom.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one address answered."""

    status: int
    content_type: str
    location: str
    """Where it sends on to; '' if it does not."""
    body: bytes


Fetch = Callable[[str], Page]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "form" and (known.get("method") or "get").lower() != "get":
            return
        self.found += [link for link in (known.get(name) for name in ("href", "src", "action")) if link]


def crawl(
    fetch: Fetch, starts: Iterable[str], *, leave_out: Iterable[str] = (), most_queries: int = 6
) -> dict[str, Page]:
    """Every address of this site that links lead to from `starts`, with its answer.

    Addresses that start with one of `leave_out` are not asked for, and of each path so many queries: filters can be
    combined without end.
    """
    shunned = tuple(leave_out)
    waiting = list(starts)
    pages: dict[str, Page] = {}
    queries: Counter[str] = Counter()
    while waiting:
        path = waiting.pop()
        bare, _, query = path.partition("?")
        if path in pages or path.startswith(shunned) or (query and queries[bare] == most_queries):
            continue
        queries[bare] += bool(query)
        assert len(pages) < MOST, f"more than {MOST} pages, such as {path}"
        pages[path] = page = fetch(path)
        waiting += _onward(path, page)
    return pages


def _onward(path: str, page: Page) -> list[str]:
    links = [page.location] if page.location else []
    if page.content_type.startswith("text/html"):
        parser = _Links()
        parser.feed(page.body.decode())
        links += parser.found
    onward = []
    for link in links:
        url = urlsplit(urldefrag(urljoin(ANY + path, link)).url)
        if f"{url.scheme}://{url.netloc}" == ANY:
            onward.append(url.path + (f"?{url.query}" if url.query else ""))
    return onward
