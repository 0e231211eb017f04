"""What Django's error pages may show where DEBUG is on."""

import re
from collections.abc import ItemsView
from types import FrameType, TracebackType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class NoValues(SafeExceptionReporterFilter):
    """No value of any variable: among those of a failed connection is the database's password, in clear.

    Django hides settings and headers by their names, and while DEBUG is on it hides no variable at all.
    """

    # Jetti's secret travels in a header that ends with “hash”.
    hidden_settings = re.compile(SafeExceptionReporterFilter.hidden_settings.pattern + "|HASH", re.IGNORECASE)

    def is_active(self, request: HttpRequest | None) -> bool:  # noqa: ARG002  # Django's signature
        """Also while DEBUG is on."""
        return True

    def get_traceback_frame_variables(
        self,
        request: HttpRequest | None,  # noqa: ARG002  # Django's signature
        tb_frame: FrameType | TracebackType,  # noqa: ARG002
    ) -> ItemsView[str, Any]:
        """None."""
        return {}.items()
