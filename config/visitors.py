"""Who asks: the address by which failed logins are counted."""

import ipaddress

from django.http import HttpRequest

LOOPBACK = frozenset({"127.0.0.1", "::1"})


def address_of(request: HttpRequest) -> str:
    """The visitor's address: the connection's own or, where that is a proxy on this machine, the one that it tells.

    Otherwise all who come through the proxy would be one visitor, and a stranger could lock out staff by name. Only
    the last of the addresses in X-Forwarded-For is the proxy's word: whatever stands before it the visitor may have
    written.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    if direct not in LOOPBACK:
        return direct
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(told))
    except ValueError:
        return direct
