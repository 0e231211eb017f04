"""People of a stand who are signed in, by the cookie of their session."""

import json

from tests.e2e.stand import Stand

SIGNING_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
user = User.objects.create_user({group!r}, is_staff=True)
user.groups.add(Group.objects.get(name={group!r}))
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
print(session.session_key)
"""


def sign_in(stand: Stand, group: str) -> str:
    """Somebody new of a group; the key of their session."""
    return stand.command("shell", "--no-imports", "-c", SIGNING_IN.format(group=group)).split()[-1]


def declared_parameters(stand: Stand, session: str) -> dict[str, list[str]]:
    """The parameters of each address of the API, by its path, as its description tells them to somebody signed in."""
    described = json.loads(stand.request("GET", "/api/v1/schema/", headers={"cookie": f"sessionid={session}"}).body)
    return {
        path: [parameter["name"] for parameter in operations["get"].get("parameters", ())]
        for path, operations in described["paths"].items()
    }
