"""Mutations of what says where a body ends and how it is encoded: lengths, chunks, codings, expectations."""

import gzip
from collections.abc import Callable
from functools import cache
from random import Random

from tests.fuzz.headers import Mutation
from tests.fuzz.request import CHUNKED, LENGTH, Header, Request, Shot, written

LIMIT = 1_048_576
"""Bytes that a body may have."""
INFLATED = 120 * LIMIT
ODD_LENGTHS = (
    b"",
    b"-1",
    b"+5",
    b"0x5",
    b"1e3",
    b"5, 5",
    b"5,6",
    b"\xd9\xa5",
    b"5 5",
    b"5.0",
    b"9" * 30,
    b"18446744073709551617",
)
CODINGS = (
    b"identity",
    b"gzip",
    b"gzip, chunked",
    b"chunked, gzip",
    b"chunked, chunked",
    b"xchunked",
    b"Chunked",
    b"\x0bchunked",
    b"",
)
SIZES = (
    b"",
    b"g",
    b"-1",
    b"0x5",
    b"+5",
    b"5 5",
    b"5;",
    b"\xd9\xa5",
    b"f" * 16,
    b"f" * 17,
    b"1" + b"0" * 15,
    b"\0",
    b"5\n",
    b"00",
)
ENCODINGS = (b"gzip", b"deflate", b"br", b"identity, gzip", b"GZIP ", b"x", b"gzip\t")


@cache
def bomb() -> bytes:
    """A hundred kilobytes that would become a hundred megabytes."""
    return gzip.compress(bytes(INFLATED), 9, mtime=0)


def _framed(request: Request, framing: list[Header], body: bytes) -> Shot:
    return Shot(content=written(request, framing) + body, is_plain=False, ends=True)


def _chunks(chance: Random, body: bytes, size: Callable[[int], bytes] = lambda length: b"%x" % length) -> bytes:
    """`body` in chunks of any size, without the last one; `size` is what each says of its length."""
    pieces = []
    while body:
        length = chance.randint(1, max(len(body), 2) // 2 + 1)
        pieces.append(size(len(body[:length])) + b"\r\n" + body[:length] + b"\r\n")
        body = body[length:]
    return b"".join(pieces)


def shorter_length(chance: Random, request: Request) -> Shot:
    stated = chance.randrange(len(request.body) + 1)
    return _framed(request, [(LENGTH, b"%d" % stated)], request.body)


def longer_length(chance: Random, request: Request) -> Shot:
    stated = len(request.body) + chance.choice((1, 100, LIMIT - len(request.body), LIMIT, 10**12))
    return _framed(request, [(LENGTH, b"%d" % stated)], request.body)


def odd_length(chance: Random, request: Request) -> Shot:
    return _framed(request, [(LENGTH, chance.choice(ODD_LENGTHS))], request.body)


def no_length(chance: Random, request: Request) -> Shot:
    return _framed(request, [], request.body)


def two_lengths(chance: Random, request: Request) -> Shot:
    right = b"%d" % len(request.body)
    lengths = [(LENGTH, right), (LENGTH, chance.choice((right, b"0", b"5", b"", *ODD_LENGTHS)))]
    chance.shuffle(lengths)
    return _framed(request, lengths, request.body)


def length_and_chunks(chance: Random, request: Request) -> Shot:
    framing = [CHUNKED, (LENGTH, chance.choice((b"0", b"5", b"%d" % len(request.body), b"100000", *ODD_LENGTHS)))]
    chance.shuffle(framing)
    return _framed(request, framing, chance.choice((request.body, _chunks(chance, request.body) + b"0\r\n\r\n")))


def good_chunks(chance: Random, request: Request) -> Shot:
    return Shot(content=written(request, [CHUNKED]) + _chunks(chance, request.body) + b"0\r\n\r\n")


def lying_sizes(chance: Random, request: Request) -> Shot:
    off = chance.choice((-5, -1, 1, 2, 100, 10_000, LIMIT))
    body = _chunks(chance, request.body, lambda length: b"%x" % max(length + off, 0))
    return _framed(request, [CHUNKED], body + chance.choice((b"0\r\n\r\n", b"")))


def garbage_sizes(chance: Random, request: Request) -> Shot:
    body = _chunks(chance, request.body, lambda length: chance.choice((b"%x" % length, *SIZES)))
    return _framed(request, [CHUNKED], body + chance.choice(SIZES) + b"\r\n\r\n")


def no_last_chunk(chance: Random, request: Request) -> Shot:
    body = _chunks(chance, request.body) + b"0\r\n\r\n"
    return _framed(request, [CHUNKED], body[: len(body) - chance.randint(1, 12)])


def extended_chunks(chance: Random, request: Request) -> Shot:
    extensions = (b";", b";a=b", b';a="\r\n"', b" ;a", b";" + b"x" * 20_000, b";\0", b"\t", b";a=b\r")
    body = _chunks(chance, request.body, lambda length: b"%x" % length + chance.choice(extensions))
    return _framed(request, [CHUNKED], body + b"0" + chance.choice(extensions) + b"\r\n\r\n")


def trailers(chance: Random, request: Request) -> Shot:
    """Headers after the body: also those that would prove it, and without end."""
    proving = [name + b": " + value for name, value in request.headers if name.lower() in request.proof]
    more = chance.choice(
        ([*proving], [b"Content-Length: 5"], [b"X: 1"] * 3_000, [b"no colon"], [b"X: \0"], [b" folded"])
    )
    ending = b"\r\n".join([b"0", *more, b"", b""])
    return _framed(request, [CHUNKED, (b"Trailer", b"X")], _chunks(chance, request.body) + ending)


def coded(chance: Random, request: Request) -> Shot:
    body = chance.choice((request.body, _chunks(chance, request.body) + b"0\r\n\r\n"))
    framing = [(b"Transfer-Encoding", chance.choice(CODINGS)) for _ in range(chance.randint(1, 2))]
    return _framed(request, framing, body)


def one_byte_chunks(chance: Random, request: Request) -> Shot:
    body = b"".join(b"1\r\n%c\r\n" % byte for byte in request.body)
    return Shot(content=written(request, [CHUNKED]) + body + b"0\r\n\r\n")


def said_to_be_encoded(chance: Random, request: Request) -> Shot:
    encoded = Request(
        target=request.target,
        headers=(*request.headers, (b"Content-Encoding", chance.choice(ENCODINGS))),
        body=chance.choice((request.body, gzip.compress(request.body, mtime=0))),
    )
    return Shot(content=written(encoded) + encoded.body, is_plain=False)


def gzip_bomb(chance: Random, request: Request) -> Shot:
    """With the header that says so, without it, as a transfer coding, or chunked."""
    says = chance.choice(((), ((b"Content-Encoding", b"gzip"),)))
    body, framing = bomb(), [(LENGTH, b"%d" % len(bomb()))]
    match chance.randrange(3):
        case 0:
            framing, body = [(b"Transfer-Encoding", b"gzip, chunked")], _chunks(chance, body) + b"0\r\n\r\n"
        case 1:
            framing, body = [CHUNKED], _chunks(chance, body) + b"0\r\n\r\n"
    return _framed(Request(target=request.target, headers=(*request.headers, *says)), framing, body)


def expecting(chance: Random, request: Request) -> Shot:
    expectation = chance.choice((b"100-continue", b"100-Continue", b"100-continue, x", b"200-ok", b""))
    more = ((b"Expect", expectation),)
    return Shot(
        content=written(Request(target=request.target, headers=(*request.headers, *more), body=request.body))
        + request.body,
        is_plain=False,
    )


FRAMING: dict[str, Mutation] = {
    "framing: shorter length": shorter_length,
    "framing: longer length": longer_length,
    "framing: odd length": odd_length,
    "framing: no length": no_length,
    "framing: two lengths": two_lengths,
    "framing: length and chunks": length_and_chunks,
    "framing: good chunks": good_chunks,
    "framing: lying sizes": lying_sizes,
    "framing: garbage sizes": garbage_sizes,
    "framing: no last chunk": no_last_chunk,
    "framing: extended chunks": extended_chunks,
    "framing: trailers": trailers,
    "framing: codings": coded,
    "framing: chunks of one byte": one_byte_chunks,
    "framing: said to be encoded": said_to_be_encoded,
    "framing: gzip bomb": gzip_bomb,
    "framing: Expect": expecting,
}
