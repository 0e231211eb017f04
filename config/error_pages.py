"""What Django's error pages may show where DEBUG is on."""

import re
from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class NoValues(SafeExceptionReporterFilter):
    """No value of a variable or of a form: the database's password is among the one, a person's among the other.

    Django hides settings and headers by their names, and while DEBUG is on it hides neither of these.
    """

    # Jetti's secret travels in a header that ends with “hash”.
    hidden_settings = re.compile(SafeExceptionReporterFilter.hidden_settings.pattern + "|HASH", re.IGNORECASE)

    def is_active(self, request: HttpRequest | None) -> bool:  # noqa: ARG002  # Django's signature
        """Also while DEBUG is on."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        """The names in a form, each without its value."""
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self,
        request: HttpRequest | None,  # noqa: ARG002  # Django's signature
        tb_frame: FrameType | TracebackType,  # noqa: ARG002
    ) -> ItemsView[str, Any]:
        """None."""
        return {}.items()
