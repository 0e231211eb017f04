"""Reads one ledger's pages as a member of staff: asked for paths line by line, it answers what each took.

`python -m tests.bench.pages.reader`, with the settings of production. The whole of Django is in it, from the first
middleware to the last byte; no socket is, which costs the same on every ledger.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django


def main() -> None:
    """Tell the questions, then answer paths until there are no more."""
    django.setup()
    # Models are there only from here on.
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from tests.bench.pages.admin_lists import admin_questions  # noqa: PLC0415
    from tests.bench.pages.api_lists import api_questions  # noqa: PLC0415
    from tests.bench.pages.furnishing import STAFF  # noqa: PLC0415
    from tests.bench.pages.staff_pages import staff_questions  # noqa: PLC0415

    user = User.objects.get(username=STAFF)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    _say([question.wire() for question in (*admin_questions(user), *staff_questions(), *api_questions())])
    processor = _processor()
    for line in sys.stdin:
        began, ran = time.perf_counter(), processor()
        answer = client.get(line.rstrip("\n"))
        body = answer.content
        took, work = time.perf_counter() - began, processor() - ran
        _say([answer.status_code, took, work, _rows(answer.headers["Content-Type"], body), len(body)])


def _processor() -> Callable[[], float]:
    """What tells the processor seconds of this process and of the one that serves it at the database, if there is one.

    The helpers of a parallel query are not in it.
    """
    from django.db import connection  # noqa: PLC0415  # as above

    if connection.vendor != "postgresql":
        return time.process_time
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    ran = Path(f"/proc/{pid}/schedstat")
    return lambda: time.process_time() + int(ran.read_text().split()[0]) / 1e9


def _rows(content_type: str, body: bytes) -> int:
    """How many rows it shows, as far as it has rows."""
    if content_type.startswith("application/json"):
        read: Any = json.loads(body)
        return len(read["results"]) if "results" in read else 1
    return body.count(b"<tr")


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
