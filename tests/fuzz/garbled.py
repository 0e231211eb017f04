"""Bodies that are spoilt as bytes: cut, flipped, in another coding, with more behind them, or something else."""

from random import Random


def whole(chance: Random, body: bytes) -> bytes:
    """Something else than an object, or nothing."""
    values = (
        "",
        " ",
        "null",
        "true",
        "[]",
        "{}",
        '""',
        "0",
        "[{}]",
        '{"":""}',
        "hello",
        "<xml/>",
        "a=b&c=d",
        "[" * 100_000,
    )
    return chance.choice(values).encode()


def truncated(chance: Random, body: bytes) -> bytes:
    return body[: chance.randrange(1, len(body))]


def flipped(chance: Random, body: bytes) -> bytes:
    spoilt = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 20))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def recoded(chance: Random, body: bytes) -> bytes:
    text = body.decode()
    codings = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037")
    return chance.choice([text.encode(coding) for coding in codings])


def broken_utf8(chance: Random, body: bytes) -> bytes:
    pieces = (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\x80", b"\xf4\x90\x80\x80")
    place = chance.choice([index for index, byte in enumerate(body) if byte == ord('"')] or [0]) + 1
    return body[:place] + chance.choice(pieces) + body[place:]


def with_more(chance: Random, body: bytes) -> bytes:
    after = (b"x", b"{}", b"\0", b"\r\n\r\n", b",", b" " * 100_000, b"\n" * 1_000, b"]", b"//", body)
    return body + chance.choice(after)
