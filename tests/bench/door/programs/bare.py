"""A receiver without a framework: checks the HMAC of URL and body, inserts one row, answers."""

import hmac
import os
import threading
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from wsgiref.types import StartResponse, WSGIEnvironment

import psycopg

TABLE = "CREATE TABLE received (id bigserial PRIMARY KEY, received_at timestamptz NOT NULL, body bytea NOT NULL)"
INSERT = "INSERT INTO received (received_at, body) VALUES (%s, %s)"
MOST_BYTES = 1_048_576

KEY = os.environ["BENCH_SECRET"].encode()
URL = os.environ["BENCH_URL"].encode()
DATABASE = os.environ["DATABASE_URL"]

_own = threading.local()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The program."""
    if environ["REQUEST_METHOD"] != "POST":
        return _answer(start_response, "405 Method Not Allowed")
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        return _answer(start_response, "413 Content Too Large")
    body = environ["wsgi.input"].read(length)
    proof = b64encode(hmac.digest(KEY, URL + body, "sha256"))
    if not hmac.compare_digest(proof, environ.get("HTTP_X_SQUARE_HMACSHA256_SIGNATURE", "").encode("latin-1")):
        return _answer(start_response, "401 Unauthorized")
    _connection().execute(INSERT, (datetime.now(UTC), body))
    return _answer(start_response, "200 OK")


def _connection() -> psycopg.Connection:
    """This thread's, which stays open: each statement is prepared once, and is committed as it ends."""
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(DATABASE, autocommit=True, prepare_threshold=0)
    connection: psycopg.Connection = _own.connection
    return connection


def _answer(start_response: StartResponse, status: str) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(status)))])
    return [status.encode()]


if __name__ == "__main__":
    with psycopg.connect(DATABASE, autocommit=True) as maker:
        maker.execute(TABLE)
