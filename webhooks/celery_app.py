"""Celery, as far as Stockroom uses it: one kind of message that says nothing but “look”, one queue, no results.

The table is the truth. What is due, in which order and when again is never the broker's to say, so a message may be
lost, doubled, or come late. Imported only where ENGINE is `celery`: it needs the extra of that name.
"""

import logging
import os
import signal
import ssl
import sys
from types import FrameType
from typing import Any

import redis
from billiard.process import current_process
from celery import Celery
from celery.concurrency import get_implementation
from celery.concurrency.prefork import TaskPool
from celery.signals import setup_logging, worker_init, worker_process_init, worker_process_shutdown
from django.conf import settings
from django.db import connections
from kombu.connection import Connection
from kombu.exceptions import KombuError

from webhooks import worker
from webhooks.drainer import Drainer
from webhooks.in_hand import InHand
from webhooks.wakeups import CannotWake, Wakeups

QUEUE = "stockroom"
SEND_SECONDS = 1.0
"""How long the broker may take to connect, and to answer, before a wake-up is given up."""
PLACES = 64
"""In a worker's pool, of which is known what the process in it had in hand when it died; in others it falls due."""

# Celery's own way with Django would close the connections after every task, and with each wake-up open one anew.
app = Celery("stockroom", fixups=[])
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    # Without it, a broker behind TLS would be believed whatever certificate it shows.
    broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED} if settings.CELERY_BROKER_URL.startswith("rediss:") else None,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_default_queue=QUEUE,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # Whoever can write to the broker can say “look”, and nothing else.
    worker_enable_remote_control=False,
    worker_concurrency=1,
    worker_prefetch_multiplier=1,
    # The settings' logging stays, which keeps URL tokens out.
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)

_hands: list[InHand] = []
"""For each place in this worker's pool, what the process in it has in hand."""
_drainers: list[Drainer] = []
"""The drainer of this process, if it is one of a pool."""


def _drain() -> None:
    """Drain; a stop that comes meanwhile, by SIGTERM to this process, is heeded when what is in hand is finished.

    Celery's own handler would end the process in the middle of a batch.
    """
    [drainer] = _drainers
    asked: list[int] = []

    def finish(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        drainer.finish()

    theirs = signal.signal(signal.SIGTERM, finish)
    try:
        drainer.drain()
    finally:
        signal.signal(signal.SIGTERM, theirs)
    if asked:
        os.kill(os.getpid(), signal.SIGTERM)


drain = app.task(_drain, name="webhooks.drain")


class Sender:
    """Sends wake-ups over a connection that it keeps."""

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def send(self) -> None:
        """Leave a message, unless one that nobody has taken yet is there; raises CannotWake."""
        try:
            self._send()
        except (KombuError, redis.RedisError, OSError) as error:
            if self._connection is not None:
                self._connection.release()  # type: ignore[no-untyped-call]
                self._connection = None
            raise CannotWake(str(error)) from error

    def _send(self) -> None:
        if self._connection is None:
            self._connection = app.connection_for_write(
                connect_timeout=SEND_SECONDS,
                transport_options={"socket_connect_timeout": SEND_SECONDS, "socket_timeout": SEND_SECONDS},
            )
        # While all workers are busy, or none is there, one message waits and not one for each moment.
        queue = app.amqp.queues[QUEUE].bind(self._connection.default_channel)
        if queue.queue_declare().message_count == 0:
            drain.apply_async(connection=self._connection, retry=False)


wakeups = Wakeups(Sender().send)


def _keep_logging(**_: Any) -> None:
    # A line or two for each wake-up would be all that the log holds.
    for name in ("celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _prepare(sender: Any, **_: Any) -> None:
    """In the process that forks the pool, before it does."""
    if not issubclass(get_implementation(sender.pool_cls), TaskPool):
        sys.exit("Stockroom's Celery workers need the pool prefork: each process of it looks by a clock of its own.")
    _hands[:] = [InHand(worker.BATCH) for _ in range(PLACES)]


def _begin(**_: Any) -> None:
    """In a process that was forked."""
    # A connection that two processes share is nobody's.
    connections.close_all()
    place = current_process().index
    drainer = Drainer(_hands[place] if place < len(_hands) else InHand(worker.BATCH))
    _drainers[:] = [drainer]
    drainer.start()


def _end(**_: Any) -> None:
    """In a process of the pool that ends because it is asked to."""
    _drainers[0].stop()


setup_logging.connect(_keep_logging)
worker_init.connect(_prepare)
worker_process_init.connect(_begin)
worker_process_shutdown.connect(_end)
