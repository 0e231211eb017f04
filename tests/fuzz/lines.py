"""Mutations of the request line, of the Host and of the connection; and bytes that are hardly HTTP at all."""

from random import Random

from tests.fuzz.headers import Mutation
from tests.fuzz.request import Request, Shot, plain, written

METHODS = (b"GET", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"CONNECT", b"BREW", b"post", b"P\0ST")
"""None of them is POST."""
VERSIONS = (b"HTTP/1.0", b"HTTP/0.9", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/3", b"HTTP/11", b"http/1.1", b"ICY/1.1", b"")
HOSTS = (
    b"",
    b"evil.example",
    b"127.0.0.1:0",
    b"127.0.0.1:99999",
    b"[::1",
    b"a b",
    b"\xff",
    b"127.0.0.1, x",
    b"x" * 300,
)
ESCAPES = (b"%2f", b"%2F", b"%5c", b"%00", b"%ff", b"%ed%a0%80", b"%", b"%2", b"%zz", b"%0d%0a", b"%u0041", b"%252f")
STEPS = (
    b"/..",
    b"/.",
    b"//",
    b"/../admin/login/",
    b"/%2e%2e/",
    b"\\",
    b";a=b",
    b"#x",
    b"?",
    b"?a=b&a=\0",
    b" ",
    b"\x7f",
)
LONGEST_PATH = 20_000


def _retargeted(request: Request, target: bytes, method: bytes = b"POST") -> Request:
    return Request(target=target, method=method, headers=request.headers, body=request.body)


def _broken(content: bytes, method: bytes = b"POST") -> Shot:
    return Shot(content=content, is_plain=False, ends=True, asks=method)


def method(chance: Random, request: Request) -> Shot:
    chosen = chance.choice(METHODS)
    return _broken(_raw(_retargeted(request, request.target, chosen)), chosen)


def escaped_path(chance: Random, request: Request) -> Shot:
    place = chance.randrange(len(request.target) + 1)
    return _broken(_raw(_retargeted(request, request.target[:place] + chance.choice(ESCAPES) + request.target[place:])))


def stepping_path(chance: Random, request: Request) -> Shot:
    place = chance.choice((0, 7, len(request.target) - 1, len(request.target)))
    return _broken(_raw(_retargeted(request, request.target[:place] + chance.choice(STEPS) + request.target[place:])))


def long_path(chance: Random, request: Request) -> Shot:
    more = chance.choice((b"A", b"%41", b"/", b"%ff", b"?a=b&")) * chance.randint(10, LONGEST_PATH // 5)
    return _broken(_raw(_retargeted(request, request.target.rstrip(b"/") + more)))


def other_letters_in_path(chance: Random, request: Request) -> Shot:
    letters = "".join(chr(chance.choice((0xE9, 0x3A9, 0x202E, 0x1F4E6, 0xFF0F))) for _ in range(chance.randint(1, 30)))
    return _broken(_raw(_retargeted(request, b"/hooks/" + letters.encode() + b"/")))


def absolute_form(chance: Random, request: Request) -> Shot:
    prefix = chance.choice(
        (b"http://evil.example", b"https://127.0.0.1", b"http://[::1", b"http:", b"//evil.example", b"*")
    )
    return _broken(_raw(_retargeted(request, prefix + request.target)))


def version(chance: Random, request: Request) -> Shot:
    return _broken(written(request, version=chance.choice(VERSIONS)) + request.body)


def host(chance: Random, request: Request) -> Shot:
    other = b"".join(b"Host: %b\r\n" % chance.choice(HOSTS) for _ in range(chance.randint(0, 2)))
    return _broken(_raw(request).replace(b"Host: 127.0.0.1\r\n", other, 1))


def line_ends(chance: Random, request: Request) -> Shot:
    head, _, body = _raw(request).partition(b"\r\n\r\n")
    other = chance.choice((b"\n", b"\r", b"\r\r\n", b"\n\r", b"\0", b"\r\n\r\n"))
    return _broken(head.replace(b"\r\n", other, chance.choice((1, -1))) + b"\r\n\r\n" + body)


def garbled(chance: Random, request: Request) -> Shot:
    """Some bytes anywhere replaced by any others."""
    raw = bytearray(_raw(request))
    for _ in range(chance.randint(1, 20)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return _broken(bytes(raw))


def not_http(chance: Random, request: Request) -> Shot:
    openings = (
        b"\x16\x03\x01\x02\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n\r\n",
        b"GET /\r\n",
        b"\0",
        b"SSH-2.0-x\r\n",
    )
    return _broken(chance.choice(openings) + chance.randbytes(chance.randint(0, 500)))


def broken_off(chance: Random, request: Request) -> Shot:
    """Cut off somewhere in its head or body."""
    raw = _raw(request)
    return _broken(raw[: chance.randrange(len(raw))])


def pipelined(chance: Random, request: Request) -> Shot:
    """Several at once on one line, before the first of them is answered."""
    others = (plain(_retargeted(request, b"/nothing/", b"GET")).content, _raw(request))
    return _broken(_raw(request) + b"".join(chance.choice(others) for _ in range(chance.randint(1, 8))))


def upgrade(chance: Random, request: Request) -> Shot:
    wished = chance.choice((b"websocket", b"h2c", b"TLS/1.0", b""))
    more = ((b"Connection", chance.choice((b"Upgrade", b"Upgrade, HTTP2-Settings", b"close, X"))), (b"Upgrade", wished))
    return _broken(_raw(Request(target=request.target, headers=(*request.headers, *more), body=request.body)))


def _raw(request: Request) -> bytes:
    return written(request) + request.body


LINES: dict[str, Mutation] = {
    "line: method": method,
    "line: escaped path": escaped_path,
    "line: stepping path": stepping_path,
    "line: long path": long_path,
    "line: other letters in the path": other_letters_in_path,
    "line: absolute form": absolute_form,
    "line: version": version,
    "line: Host": host,
    "line: line ends": line_ends,
    "line: garbled bytes": garbled,
    "line: not HTTP": not_http,
    "line: broken off": broken_off,
    "line: pipelined": pipelined,
    "line: upgrade": upgrade,
}
