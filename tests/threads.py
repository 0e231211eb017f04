"""Jobs that run at once, in threads of their own."""

import threading
from collections.abc import Callable

from django.db import connections

LONGEST = 300.0
"""Seconds. Jobs that wait for one another for ever are a failure, and not a test without end."""


def at_once(*jobs: Callable[[], object]) -> None:
    """Run these jobs, all starting together and each with a connection of its own; raise what any of them raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            start.wait(timeout=60)
            job()
        except BaseException as error:  # noqa: BLE001  # it is raised again where the test can see it
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), f"a job did not end within {LONGEST} s"
