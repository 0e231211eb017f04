"""What the API answers when it cannot answer: one JSON shape, {"detail": ..., "parameter"?: ...}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

SHOWN_LENGTH = 60
"""How much of a value at fault is said back."""

_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NotAuthenticated, "Log in as staff to read this."),
    (exceptions.AuthenticationFailed, "Log in as staff to read this."),
    (exceptions.PermissionDenied, "Your account may not read this."),
    (PermissionDenied, "Your account may not read this."),
    (exceptions.NotFound, "There is nothing here."),
    (Http404, "There is nothing here."),
    (exceptions.MethodNotAllowed, "This address can only be read, with GET."),
    (exceptions.NotAcceptable, "The answer is JSON and nothing else."),
)
"""Neutral words: they tell nothing about what would have been there."""


class BadParameter(exceptions.APIException):
    """A query parameter that cannot be understood: 400, with its name, its value, and what it should be."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, parameter: str, problem: str) -> None:
        self.parameter = shortened(parameter)
        super().__init__(problem)


class ErrorSerializer(serializers.Serializer[Any]):
    """Why there is no answer."""

    detail = serializers.CharField(help_text="What is wrong, in words.")
    parameter = serializers.CharField(required=False, help_text="The query parameter at fault, where one is.")


def shortened(text: str) -> str:
    """`text` as far as it is worth repeating."""
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: its status and headers, our shape and words; None for what is our own fault."""
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    response.data = {"detail": detail or str(error)}
    if isinstance(error, BadParameter):
        response.data["parameter"] = error.parameter
    return response
