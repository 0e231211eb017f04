"""Requests to what is not a hook: pages, forms and the API, as a stranger and as somebody who is signed in."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from urllib.parse import quote_plus

from tests.fuzz.request import Header, Request, Shot, plain

LISTS = ("/products/", "/batches/", "/locations/", "/sites/", "/proof/", "/")
API = tuple(
    f"/api/v1/{noun}/" for noun in ("sources", "products", "listings", "locations", "batches", "counts", "movements")
)
ADMIN = tuple(
    f"/admin/{model}/"
    for model in (
        *(f"inventory/{noun}" for noun in ("source", "product", "listing", "location", "batch", "count", "movement")),
        *(f"webhooks/{noun}" for noun in ("delivery", "refusal", "endpoint")),
        "auth/user",
    )
)
OTHERS = (
    *("/admin/", "/admin/login/", "/admin/logout/", "/admin/jsi18n/", "/api/v1/", "/api/v1/schema/", "/api/v1/docs/"),
    *(
        "/api/v1/nothing/",
        "/static/admin/css/base.css",
        "/static/../manage.py",
        "/static/%00",
        "/nothing",
        "/favicon.ico",
    ),
    *("/admin/password_change/", "/proof/ask/", "/sites/add/", "/hooks/", "/hooks", "//", "/products", "/.env"),
    *("/admin/r/1/1/", "/admin/autocomplete/", "/products/1/", "/counts/999999999999999999999/", "/locations/-1/"),
)
NAMES = (
    *("q", "after", "tab", "cursor", "page_size", "as_of", "clock", "site", "source", "product", "listing", "location"),
    *(
        "batch",
        "bucket",
        "quality",
        "state",
        "active",
        "barcode",
        "gtin",
        "expires_before",
        "since",
        "provider",
        "unit",
    ),
    *("p", "o", "all", "e", "id__exact", "pk", "id__in", "id", "_popup", "next", "_to_field", "format", "external_id"),
    *("endpoint__id__exact", "state__exact", "source__id__exact", "name__startswith", "password__startswith", "", "\0"),
)
VALUES = (
    *("", "1", "0", "-1", "true", "a", "9223372036854775807", "9223372036854775808", "1" * 700, "1e5", "٣", "%", "_"),
    *("\0", "a\0b", "\u202e", "\U0001f4e6", "a" * 300, "'", '"', "\\", "1,2", "1;2", "[]", "{}", "null", "NaN", "../"),
    *(
        "2026-05-31",
        "2026-05-31T12:00:00Z",
        "2026-05-31T12:00:00+02:00",
        "0001-01-01T00:00:00+23:59",
        "known",
        "happened",
    ),
    *(
        "9999-12-31T23:59:59-23:59",
        "10000-01-01",
        "2026-02-30",
        "1:abc",
        "MQ:abc:def",
        "eyJhIjoxfQ:1",
        "counts",
        "history",
    ),
    *("available", "exact", "4006381333931", "pending", "-id", "1.2.3", "-1.-2", "99", "/admin/", "//evil.example/"),
)
RAW = ("%", "%zz", "%ed%a0%80", "%ff", "%00", "%u0041", "+", "&&&", "=", "a=b=c", ";", "#x", "%C0%80", "%F5%80%80%80")
SESSIONS = (
    *("a" * 32, "a", "", "x" * 5_000, "\u00e9" * 20, "'; --", "../" * 20, '"aaaaaaaa\\000"', '"\\377\\377aaaaaaaa"'),
    *('"aaaa\\054aaaa\\012aaaa"', "a" * 8 + "%00", "0" * 32),
)
TOKENS = (
    "Bearer " + "a" * 64,
    "Token \u00e9",
    "Basic YTpi",
    "Basic ====",
    "Digest x",
    "",
    "Bearer",
    "\u202e",
    "Token a b c",
)
TYPES = (
    *(
        "application/x-www-form-urlencoded",
        "application/json",
        "text/plain",
        "",
        "application/x-www-form-urlencoded; charset=x",
    ),
    *(
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "x" * 300,
        "\u00e9/\u00e9",
    ),
    *(
        "application/x-www-form-urlencoded; charset=utf-7",
        "multipart/form-data; boundary=\x0bx",
        "application/json; charset=\u00e9",
    ),
)
READ = (
    *("Accept", "Accept-Language", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"),
    *("Range", "If-Range", "Origin", "Referer", "Content-Disposition", "X-Requested-With", "Cache-Control", "Cookie"),
)
"""Headers that somebody between the web server and a page reads."""
ODD = (
    *("", ",", ";", "=", "*", "*/*;q=x", "a/b;x*=zzz''%41", "a/b;charset=q", ";" * 9_000, "a/b," * 9_000, "bytes=0-"),
    *("bytes=9-1", "bytes=-1", "bytes=a-b", "bytes=0-0,1-1", "bytes=" + "0-1," * 5_000, "bytes=" + "9" * 5_000 + "-"),
    *('W/"x"', '"' * 500, "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Foo 99999 99:99:99 GMT", "-1", "9" * 500),
    *("null", "http://[::1", "http://127.0.0.1:x/", "https://evil.example", "\u00e9", "de-" * 3_000, "xx;q=9e999"),
    *("a=b; " * 3_000, "=;=;=", 'a="\\', "attachment; filename*=zzz''%41", "csrftoken=" + "x" * 9_000),
)
METHODS = (b"GET", b"GET", b"GET", b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"TRACE")
FORGERY = "A" * 32
"""A token that a stranger has put into both the cookie and the form."""

Ask = Callable[[Random], Shot]
"""From dice to the bytes that are sent; the same dice give the same."""


def _shot(method: bytes, target: str, headers: Sequence[tuple[str, str]] = (), body: bytes = b"") -> Shot:
    written: tuple[Header, ...] = tuple((name.encode(), value.encode()) for name, value in headers)
    return plain(Request(target=target.encode(), method=method, headers=written, body=body))


def query(chance: Random, names: Sequence[str] = NAMES) -> str:
    """Parameters that a list may or may not have, with values that they may or may not take."""
    pairs = []
    for _ in range(chance.choice((1, 1, 1, 2, 3, 30))):
        value = chance.choice(VALUES) if chance.random() < 0.8 else chance.choice(RAW)
        pairs.append(f"{quote_plus(chance.choice(names))}={value if value in RAW else quote_plus(value)}")
    return "&".join(pairs)


def declared_query(chance: Random, names: Sequence[str]) -> str:
    """Some of the parameters that a list has, each once."""
    chosen = chance.sample(names, min(len(names), chance.choice((1, 1, 2, 3))))
    return "&".join(f"{name}={quote_plus(chance.choice(VALUES))}" for name in chosen)


def stranger_asks(chance: Random) -> Shot:
    path = chance.choice((*LISTS, *API, *ADMIN, *OTHERS))
    return _shot(chance.choice(METHODS), path + (f"?{query(chance)}" if chance.random() < 0.6 else ""))


def forged_session(chance: Random) -> Shot:
    cookie = f"{chance.choice(('sessionid', 'csrftoken', 'messages'))}={chance.choice(SESSIONS)}"
    return _shot(b"GET", chance.choice((*LISTS, *API, "/admin/login/")), [("Cookie", cookie)])


def forged_token(chance: Random) -> Shot:
    return _shot(b"GET", chance.choice(API), [("Authorization", chance.choice(TOKENS))])


def odd_form(chance: Random) -> Shot:
    """A form that is posted with a token against forgery of the stranger's own; mostly not a whole login."""
    names = ("username", "password", "next", "csrfmiddlewaretoken", "this_is_the_login_form", "", "\0")
    values = ("\0", "\u202e" * 300, "a" * 5_000, "", "%ed%a0%80", "'", "a\0b")
    parts = [f"{quote_plus(chance.choice(names))}={quote_plus(chance.choice(values))}" for _ in range(3)]
    if chance.random() < 0.5:
        parts.append(chance.choice(RAW))
    if chance.random() < 0.8:
        parts.append(f"csrfmiddlewaretoken={FORGERY}")
    chance.shuffle(parts)
    kind = chance.choice(TYPES) if chance.random() < 0.5 else TYPES[0]
    headers = [("Content-Type", kind), ("Cookie", f"csrftoken={FORGERY}")]
    path = chance.choice(("/admin/login/", "/admin/logout/", "/sites/add/", "/proof/ask/", "/api/v1/counts/"))
    return _shot(b"POST", path, headers, "&".join(parts).encode())


def wrong_login(chance: Random) -> Shot:
    """A whole login with a name and a password that nobody has; dear, for the password is hashed."""
    name = chance.choice(("ada", "\u202eada", "a\0da", "\ud83d", "a" * 150, "' OR 1=1 --"))
    body = f"username={quote_plus(name, errors='replace')}&password=wrong%00&csrfmiddlewaretoken={FORGERY}"
    headers = [("Content-Type", TYPES[0]), ("Cookie", f"csrftoken={FORGERY}")]
    return _shot(b"POST", "/admin/login/", headers, body.encode())


def viewer_asks(session: str, declared: Mapping[str, Sequence[str]]) -> dict[str, Ask]:
    """What somebody who is signed in, and may look at stock, asks of pages and of the API.

    `declared` is the parameters that each list of the API has, by its path.
    """
    signed_in = [("Cookie", f"sessionid={session}")]

    def of_the_api(chance: Random) -> Shot:
        path = chance.choice(API)
        return _shot(b"GET", f"{path}?{declared_query(chance, declared.get(path, NAMES))}", signed_in)

    return {
        "viewer: lists": lambda chance: _shot(b"GET", f"{chance.choice(LISTS)}?{query(chance)}", signed_in),
        "viewer: API": of_the_api,
        "viewer: API, anything": lambda chance: _shot(b"GET", f"{chance.choice(API)}?{query(chance)}", signed_in),
        "viewer: admin": lambda chance: _shot(b"GET", f"{chance.choice(ADMIN)}?{query(chance)}", signed_in),
    }


def odd_headers(chance: Random) -> Shot:
    headers = [(chance.choice(READ), chance.choice(ODD)) for _ in range(chance.choice((1, 1, 2, 4)))]
    method = b"POST" if chance.random() < 0.2 else b"GET"
    return _shot(method, chance.choice((*LISTS, *API, *OTHERS)), headers)


STRANGERS: dict[str, Ask] = {
    "page: any": stranger_asks,
    "page: forged session": forged_session,
    "page: forged token": forged_token,
    "page: odd form": odd_form,
    "page: odd headers": odd_headers,
}
