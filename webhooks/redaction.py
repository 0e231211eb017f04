"""Keeps URL tokens out of the logs: Django logs the path of every request that it answers with 4xx or 5xx."""

import logging
import re

_AT_ITS_PLACE = re.compile(r"(/hooks/[/ ]*)[^/\s'\"?#]+")
# A sender may have been given the URL with a mistake in it: a token is known by its form, too, 22 characters of base64.
_ELSEWHERE = re.compile(r"([/=]|%2F|%3D)[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])", re.IGNORECASE)


def hide_tokens(text: str) -> str:
    """`text` with every URL token replaced, and with whatever stands in the place of one or looks like one."""
    return _ELSEWHERE.sub(r"\1[token]", _AT_ITS_PLACE.sub(r"\1[token]", text))


class HideTokens(logging.Filter):
    """A filter for log handlers that replaces the URL token in whatever is about to be written."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            # A filter's error would reach whoever wrote the line: a wrong log call must not fail a delivery.
            message = f"{record.msg!r} does not fit {record.args!r}"
        record.msg = hide_tokens(message)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = hide_tokens(record.exc_text)
        return True
