"""Whose address counts when logins fail: that of the visitor and not that of our own proxy."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from config.visitors import address_of


@pytest.mark.parametrize(
    ("direct", "forwarded", "address"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        # Nobody but a proxy on this machine is believed.
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        # What stands before the proxy's own word is the visitor's.
        ("127.0.0.1", "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9,", "127.0.0.1"),
    ],
)
def test_the_address_is_the_connections_own_or_what_our_proxy_tells(
    direct: str, forwarded: str | None, address: str
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=direct, headers=headers)) == address


@pytest.mark.django_db
def test_a_stranger_behind_the_proxy_locks_out_nobody_but_himself() -> None:
    User.objects.create_user("kim", password="a-password", is_staff=True)

    def sign_in(password: str, visitor: str) -> int:
        form = {"username": "kim", "password": password}
        return Client().post("/admin/login/", form, headers={"X-Forwarded-For": visitor}).status_code

    assert [sign_in("wrong", "203.0.113.9") for _ in range(10)][-1] == 429
    assert sign_in("a-password", "203.0.113.9") == 429
    assert sign_in("a-password", "198.51.100.7") == 302
