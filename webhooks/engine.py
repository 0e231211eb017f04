"""The seam to whoever drains the inbox. Waking is a courtesy: the table is the truth; a lost call costs a moment."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import Error

logger = logging.getLogger(__name__)

_drivers: dict[str, Callable[[], object]] = {}


def register(name: str, driver: Callable[[], object]) -> None:
    """Say what waking does where the setting ENGINE is `name`."""
    _drivers[name] = driver


def wake() -> None:
    """Say that something was stored. May do nothing; never raises.

    `worker`: where the web server runs on PostgreSQL, idle workers are notified, from a thread of its own; elsewhere
    they look for themselves, and there is nothing to do. `inline` (tests): everything due is drained here
    and now. `celery`: a message is sent to Celery's workers, from a thread of its own.
    """
    driver = _drivers.get(settings.ENGINE)
    if driver is not None:
        try:
            driver()
        except Error:
            logger.exception("the engine %s could not be woken; the deliveries stay pending", settings.ENGINE)
