"""Mutations of headers: their values, their names, how often they stand there, and the grammar of the proof."""

import re
from collections.abc import Callable
from random import Random

from tests.fuzz.request import Header, Request, Shot, plain, written

Mutation = Callable[[Random, Request], Shot]
"""From a request to the bytes that are sent for it; the same dice give the same bytes."""

HUGE = 300_000
"""Bytes; more than the web server reads of all headers."""
MANY = 2_000
"""Headers; more than the web server counts."""
ODD_NAMES = (b"", b" ", b"X Spaced", b"X-\xff", b"X\0Y", b"X:Y", b"(X)", b"X-\xc3\xa9", b"Cookie", b"Upgrade", b"TE")
FORWARDED = (b"X-Forwarded-Host", b"X-Forwarded-Proto", b"X-Forwarded-For", b"Forwarded", b"X-HTTP-Method-Override")
_TOKENS = re.compile(rb"[A-Za-z0-9+/_-]+|[^A-Za-z0-9+/_-]")


def _sent(request: Request, headers: list[Header]) -> Shot:
    """The request with other headers; a name or a value may have broken its lines, so it may be nothing like HTTP."""
    return Shot(content=_head(request, headers) + request.body, is_plain=False, ends=True)


def _head(request: Request, headers: list[Header]) -> bytes:
    return written(Request(target=request.target, method=request.method, headers=tuple(headers), body=request.body))


def _with_value(chance: Random, request: Request, value: bytes) -> Shot:
    """One of the headers has this value, mostly one that proves; or, where there is none, a new one."""
    headers = list(request.headers)
    proving = [index for index, (name, _) in enumerate(headers) if name.lower() in request.proof]
    index = chance.choice(proving) if proving and chance.random() < 0.7 else chance.randrange(len(headers))
    headers[index] = (headers[index][0], value)
    return _sent(request, headers)


def random_value(chance: Random, request: Request) -> Shot:
    return _with_value(chance, request, chance.randbytes(chance.randint(1, 200)))


def empty_value(chance: Random, request: Request) -> Shot:
    return _with_value(chance, request, chance.choice((b"", b" ", b"\t \t", b",", b"=", b":")))


def nul_in_value(chance: Random, request: Request) -> Shot:
    return _with_value(chance, request, chance.choice((b"\0", b"a\0b", b"\0" * 100, b"v1,\0")))


def other_letters(chance: Random, request: Request) -> Shot:
    value = chance.choice(("\u00e9\u00df", "\u202e", "\u0661\u0662", "\ufeff", "\U0001f4e6", "\uff21" * 43)).encode()
    return _with_value(chance, request, chance.choice((value, b"\xff\xfe" + value, b"v1=" + value, b"Bearer " + value)))


def folded_value(chance: Random, request: Request) -> Shot:
    breaks = (
        b"\r\n ",
        b"\r\n\t",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\r\n",
        b"\r\nX-Injected: 1\r\n",
        b"\r\n\r\nGET / ",
    )
    return _with_value(chance, request, b"a" + chance.choice(breaks) + b"b")


def huge_value(chance: Random, request: Request) -> Shot:
    return _with_value(chance, request, chance.choice((b"A", b",", b"v1,", b"=")) * chance.randint(1_000, HUGE))


def odd_content_type(chance: Random, request: Request) -> Shot:
    """Parameters behind the kind of content: encodings that nobody knows, ever new ones, very long ones."""
    name = b"%x" % chance.getrandbits(chance.choice((8, 64, 20_000)))
    behind = (b"charset=" + name, b"x*=" + name + b"''%41", b"charset*0*=" + name, b";" * 100_000, b'a="' * 30_000)
    kind = b"application/json;" + chance.choice((*behind, b"charset=utf-7", b"charset=\xff", b"charset=../x"))
    headers = [(name, kind if name == b"Content-Type" else value) for name, value in request.headers]
    return _sent(request, headers)


def mangled_proof(chance: Random, request: Request) -> Shot:
    """The proof taken to pieces by its own grammar: some are left out, said twice, exchanged, cut or in capitals."""

    def mangle(value: bytes) -> bytes:
        pieces = _TOKENS.findall(value) or [b""]
        for _ in range(chance.randint(1, 4)):
            index = chance.randrange(len(pieces))
            match chance.randrange(6):
                case 0:
                    pieces[index] = b""
                case 1:
                    pieces.insert(index, chance.choice(pieces))
                case 2:
                    chance.shuffle(pieces)
                case 3:
                    pieces[index] = pieces[index][: len(pieces[index]) // 2]
                case 4:
                    pieces[index] = pieces[index].swapcase()
                case _:
                    pieces[index] = chance.choice((b",", b"=", b".", b" ", b"t=", b"v1=", b"v1,", b"v0=", b"sha256="))
        return b"".join(pieces)

    headers = [(name, mangle(value) if name.lower() in request.proof else value) for name, value in request.headers]
    return plain(Request(target=request.target, headers=tuple(headers), body=request.body))


def missing_proof(chance: Random, request: Request) -> Shot:
    dropped = chance.choice(sorted(request.proof)) if request.proof else b"user-agent"
    headers = tuple(header for header in request.headers if header[0].lower() != dropped)
    return plain(Request(target=request.target, headers=headers, body=request.body))


def repeated(chance: Random, request: Request) -> Shot:
    """A header twice or more, with the same value or with one from elsewhere, in any order."""
    name, value = chance.choice(request.headers)
    values = [value, chance.choice((value, b"", value[::-1], value + b",", chance.choice(request.headers)[1]))]
    headers = [*request.headers, *((name, chance.choice(values)) for _ in range(chance.randint(1, 20)))]
    chance.shuffle(headers)
    return plain(Request(target=request.target, headers=tuple(headers), body=request.body))


def underscored(chance: Random, request: Request) -> Shot:
    """A header again under the name that WSGI takes for the same: with underscores, or with one of them."""
    headers = list(request.headers)
    name, value = chance.choice([header for header in headers if b"-" in header[0]])
    twin = name.replace(b"-", b"_", chance.randint(1, name.count(b"-")))
    headers.insert(chance.randrange(len(headers) + 1), (twin, chance.choice((value, value[::-1], b"", b"1"))))
    if chance.random() < 0.3:
        headers.append((chance.choice((b"Content_Length", b"Transfer_Encoding", b"CONTENT_TYPE")), b"7"))
    return plain(Request(target=request.target, headers=tuple(headers), body=request.body))


def odd_case(chance: Random, request: Request) -> Shot:
    headers = [
        (bytes(byte ^ 0x20 if chr(byte).isalpha() and chance.random() < 0.5 else byte for byte in name), value)
        for name, value in request.headers
    ]
    return plain(Request(target=request.target, headers=tuple(headers), body=request.body))


def odd_name(chance: Random, request: Request) -> Shot:
    headers = list(request.headers)
    headers.insert(chance.randrange(len(headers) + 1), (chance.choice(ODD_NAMES), chance.choice((b"", b"1", b"\xff"))))
    return _sent(request, headers)


def forwarded(chance: Random, request: Request) -> Shot:
    """What only a proxy in front of us may say."""
    values = (b"https", b"http", b"", b"evil.example", b"127.0.0.1", b"for=_x;host=evil.example;proto=https", b"GET")
    more = tuple((chance.choice(FORWARDED), chance.choice(values)) for _ in range(3))
    return plain(Request(target=request.target, headers=(*request.headers, *more), body=request.body))


def very_many(chance: Random, request: Request) -> Shot:
    number = chance.randint(50, MANY)
    names = (b"X-%d" % index if chance.random() < 0.9 else b"X-0" for index in range(number))
    return _sent(request, [*request.headers, *((name, b"1") for name in names)])


HEADERS: dict[str, Mutation] = {
    "header: random value": random_value,
    "header: empty value": empty_value,
    "header: NUL in a value": nul_in_value,
    "header: other letters": other_letters,
    "header: folded value": folded_value,
    "header: huge value": huge_value,
    "header: odd content type": odd_content_type,
    "header: mangled proof": mangled_proof,
    "header: missing proof": missing_proof,
    "header: repeated": repeated,
    "header: underscores": underscored,
    "header: odd case": odd_case,
    "header: odd name": odd_name,
    "header: forwarded": forwarded,
    "header: very many": very_many,
}
