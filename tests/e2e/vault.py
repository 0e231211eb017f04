"""A whole Stockroom full of secrets that would be known anywhere, and all that anybody was shown of it."""

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

import psycopg
from cryptography.fernet import Fernet

from tests.e2e.canaries import Canaries, Hit, Surface
from tests.e2e.canary_senders import SENDERS, SQUARE_URL, canary
from tests.e2e.databases import SqliteDatabase
from tests.e2e.outage import outage_of
from tests.e2e.stand import Stand
from tests.e2e.visitor import Visitor

PASSWORD, TYPED_WRONG, NEXT_PASSWORD = canary("password"), canary("mistyped"), canary("next")
OTHER_KEYS = Fernet.generate_key().decode()
ALL_ROWS = "repr([*Endpoint.objects.all(), *Token.objects.all(), *Secret.objects.all(), *Refusal.objects.all()])"


class Vault:
    """A Stockroom full of secrets, with everything that anybody was shown of it."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.canaries = Canaries()
        self.surfaces: list[Surface] = []
        self.paths: dict[str, str] = {}
        """By sender, where it posts to."""
        self.endpoints: dict[str, int] = {}
        self.secrets: dict[str, str] = {}
        self.visitors: list[Visitor] = []

    # What is looked at

    def command(self, *arguments: str, **environment: str) -> str:
        """Run a command, whatever it ends with; everything that it writes is looked at."""
        usual = self.stand.environment
        self.stand.environment = {**usual, **environment}
        try:
            ran = self.stand.run(*arguments)
        finally:
            self.stand.environment = usual
        self.look_at(f"manage.py {' '.join(arguments[:2])}", (ran.stdout + ran.stderr).encode())
        return ran.stdout

    def look_at(self, where: str, content: bytes) -> None:
        self.surfaces.append(Surface(where=where, content=content))

    def visitor(self, name: str) -> Visitor:
        self.visitors.append(Visitor(self.stand, name))
        return self.visitors[-1]

    def hits(self) -> list[Hit]:
        """Every secret in what anybody was shown, but for the forms of one that add nothing."""
        everything = [*self.surfaces, *(surface for visitor in self.visitors for surface in visitor.shown)]
        return self.canaries.hits(everything)

    # What happens

    def add_endpoints(self) -> None:
        for name, sender in SENDERS.items():
            secret = self.secrets[name] = canary(name)
            given = ["--secret", sender.agreed(secret)] if sender.has_secret else []
            made = self.stand.command("add_endpoint", *sender.arguments, "--name", name, *given, "--json")
            printed = json.loads(made)
            self.paths[name], self.endpoints[name] = printed["path"], printed["id"]
            self.canaries.add(f"URL token of {name}", printed["path"].split("/")[2])
            self.canaries.add(f"secret of {name}", secret)
        self.canaries.add("URL token of square", SQUARE_URL.rpartition("/")[2])

    def add_people(self) -> None:
        self.command(
            "createsuperuser", "--noinput", "--username", "ada", "--email", "", DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        for group in ("viewer", "operator"):
            code = (
                "from django.contrib.auth.models import Group, User; "
                f"user = User.objects.create_user({group!r}, password={PASSWORD!r}, is_staff=True); "
                f"user.groups.add(Group.objects.get(name={group!r}))"
            )
            self.command("shell", "-c", code)
        for name, value in (("administrator's password", PASSWORD), ("mistyped password", TYPED_WRONG)):
            self.canaries.add(name, value)
        self.canaries.add("next password", NEXT_PASSWORD)

    def post(self, sender: str, path: str, body: bytes, headers: Mapping[str, str]) -> int:
        """A request to the door; its answer is looked at."""
        answer = self.stand.request("POST", path, body, {"content-type": "application/json", **headers})
        told = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
        self.look_at(f"the answer to {sender}", told.encode() + answer.body)
        return answer.status

    def deliver(self, body: bytes | None = None) -> list[int]:
        """Each sender posts what is genuine (or something else in its name)."""
        return [
            self.post(
                name,
                self.paths[name],
                body or sender.genuine,
                self.proof(name, self.secrets[name], body or sender.genuine),
            )
            for name, sender in SENDERS.items()
        ]

    def proof(self, name: str, secret: str, body: bytes) -> Mapping[str, str]:
        """The headers by which a sender proves a body with this secret."""
        return SENDERS[name].prove(SENDERS[name].agreed(secret), body)

    def forge(self) -> list[int]:
        """Each sender posts with a wrong credential, and with others in headers that nobody asked for."""
        statuses = []
        for name, sender in SENDERS.items():
            if not sender.has_secret:
                continue  # whoever knows its URL is believed
            said = {word: canary(word) for word in ("wrong", "key", "cookie", "proxy", "query")}
            for word, value in said.items():
                self.canaries.add(f"{word} for {name}", value)
            headers = {
                **self.proof(name, said["wrong"], sender.genuine),
                "x-api-key": said["key"],
                "cookie": f"session={said['cookie']}",
                "proxy-authorization": f"Bearer {said['proxy']}",
            }
            path = self.paths[name]
            statuses.append(self.post(name, f"{path}?key={quote(said['query'])}", sender.genuine, headers))
            # The same credential where the form of the scheme is not kept.
            statuses.append(self.post(name, path, sender.genuine, {"authorization": said["wrong"]}))
        return statuses

    def miss(self) -> None:
        """Requests to where nothing is, with a real token in the path, and by other methods."""
        token = self.paths["treez"].split("/")[2]
        stranger = self.visitor("stranger")
        for path in (
            f"/hooks//{token}/",
            f"/webhooks/{token}/",
            f"/hooks/{token}/more/",
            f"/hook/{token}",
            f"/{token}",
            f"//hooks/{token}/",
            f"/hooks/%20{token}/",
            f"/api/v1/{token}/",
            f"/admin/{token}/",
            f"/hooks/{secrets.token_urlsafe(16)}/{token}",
        ):
            stranger.get(path)
            stranger.post(path)
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            self.stand.request(method, self.paths["treez"])
        stranger.walk("/", "/admin/", "/api/v1/docs/")
        # An address that names a token leads to the login, which repeats it to whoever asked.
        stranger.shown = [surface for surface in stranger.shown if token not in surface.where]

    def walk(self, name: str) -> set[str]:
        """All pages that somebody finds, and the API; the paths."""
        visitor = self.visitor(name)
        assert visitor.sign_in("ada" if name == "administrator" else name, PASSWORD) == 302
        pages = visitor.walk("/", "/admin/", "/api/v1/docs/")
        for noun in ("sources", "products", "listings", "locations", "batches", "counts", "movements"):
            for row in json.loads(visitor.get(f"/api/v1/{noun}/").body)["results"]:
                visitor.get(f"/api/v1/{noun}/{row.get('id', row.get('seq'))}/")
        return set(pages)

    def fill_in_forms(self) -> None:
        """What an administrator does with secrets in the browser, rightly and wrongly."""
        ada = self.visitor("administrator at forms")
        assert ada.sign_in("ada", TYPED_WRONG) == 200
        assert ada.sign_in("ada", PASSWORD) == 302
        of_jetti = f"/admin/webhooks/endpoint/{self.endpoints['jetti']}"
        added, refused, lost = canary("added"), canary("refused"), canary("lost")
        for name, value in (("added secret", added), ("refused secret", refused), ("lost secret", lost)):
            self.canaries.add(name, value)
        assert ada.post(f"{of_jetti}/add-secret/", {"label": "new", "value": added}).status == 302
        assert ada.post(f"{of_jetti}/add-secret/", {"label": "new", "value": f" {refused}"}).status == 200
        nameless = {"name": "", "secret": lost, "tenants": "", "public_url": ""}
        assert ada.post("/admin/webhooks/endpoint/add/?provider=square", nameless).status == 200
        made = ada.post(
            "/admin/webhooks/endpoint/add/?provider=generic", {"name": "made", "tenants": "", "public_url": ""}
        )
        # Shown this once, and looked for from now on.
        ada.shown.pop()
        (shown,) = {
            word for word in made.body.decode().replace('"', "<").replace(">", "<").split("<") if "whsec_" in word
        }
        self.canaries.add("made secret", shown.removeprefix("whsec_"))
        url_token = secrets.token_urlsafe(16)
        self.canaries.add("URL token of a given URL", url_token)
        assert ada.post(f"{of_jetti}/add-url/", {"public_url": f"https://shop.example/{url_token}"}).status == 302
        old_and_new = {"old_password": PASSWORD, "new_password1": NEXT_PASSWORD, "new_password2": NEXT_PASSWORD + "x"}
        assert ada.post("/admin/password_change/", old_and_new).status == 200
        assert ada.post("/admin/auth/user/add/", {"username": "kim", "password1": NEXT_PASSWORD}).status == 200

    def lose_the_database(self) -> None:
        """Everybody asks while the database is away."""
        outage = outage_of(self.stand.database)
        self.stand.kill_server()
        self.stand.environment["DATABASE_URL"] = outage.url
        self.stand.serve()
        try:
            ada = self.visitor("administrator without a database")
            assert ada.sign_in("ada", PASSWORD) == 302
            outage.begin()
            assert set(self.deliver(b'{"other": "body"}')) == {503}
            for path in ("/", "/admin/", "/admin/webhooks/endpoint/", "/api/v1/counts/"):
                ada.get(path)
            with suppress(OSError, HTTPException):
                ada.sign_in("ada", PASSWORD)
            self.command("check", "--database", "default")
            self.command("stock")
        finally:
            outage.end()
            self.stand.kill_server()
            outage.close()
            self.stand.environment["DATABASE_URL"] = self.stand.database.url

    def try_wrong_keys(self) -> None:
        """The server and the commands under other field keys."""
        right = self.stand.environment["FIELD_KEYS"]
        self.stand.environment["FIELD_KEYS"] = OTHER_KEYS
        self.stand.start_server()
        try:
            assert set(self.deliver()) == {503}
            ada = self.visitor("administrator under wrong keys")
            assert ada.sign_in("ada", PASSWORD) == 302
            for number in self.endpoints.values():
                for noun in ("endpoint", "token", "secret"):
                    ada.get(f"/admin/webhooks/{noun}/{number}/change/")
            for arguments in (["check", "--database", "default"], ["rotate_keys"], ["dumpdata", "--traceback"]):
                self.command(*arguments)
        finally:
            self.stand.kill_server()
            self.stand.environment["FIELD_KEYS"] = right

    def run_commands(self) -> None:
        for output in ("json", "jsonl", "xml"):
            assert "encrypted:" in self.command("dumpdata", "--format", output)
        for arguments in (
            ["check", "--database", "default", "--deploy"],
            ["stock"],
            ["stock", "--format", "json"],
            ["worker", "--once"],
            ["prove_ledger"],
            ["rebuild", "--check"],
            ["rotate_keys"],
            ["send_test", str(self.endpoints["treez"])],
            ["simulate", "jetti", "--endpoint", str(self.endpoints["jetti"]), "--count", "3"],
            ["add_endpoint", "generic", "--name", "treez", "--secret", self.secrets["treez"], "--traceback"],
            ["shell", "-c", f"from webhooks.models import *; print({ALL_ROWS}); Secret.objects.filter(value='x')"],
        ):
            self.command(*arguments)

    def look_at_logs_and_storage(self) -> None:
        self.look_at("the server's and the worker's log", self.stand.log.read_bytes())
        if isinstance(self.stand.database, SqliteDatabase):
            for ending in ("", "-wal", "-shm"):
                file = Path(f"{self.stand.database.path}{ending}")
                if file.exists():
                    self.look_at(f"the database file{ending}", file.read_bytes())
        else:
            self.look_at("every column of the database", columns_as_text(self.stand.database.url))


def columns_as_text(url: str) -> bytes:
    """Every row of every table of PostgreSQL, as it writes it; bytes as hex, and once more as they are."""
    found: list[bytes] = []
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchall()
        for (table,) in tables:
            for (row,) in connection.execute(f"SELECT CAST(t AS text) FROM {table} t".encode()):  # noqa: S608  # ours
                found.append(row.encode())
            for values in connection.execute(f"SELECT * FROM {table}".encode()):  # noqa: S608  # ours
                found += [bytes(value) for value in values if isinstance(value, (bytes, memoryview))]
    return b"\n".join(found)
