"""`make screenshots`: the pictures of README.md and docs/, taken in a browser from the demonstration's week."""

import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PATIENCE_SECONDS = 60
SEED = "20"

DESK = {"viewport": {"width": 1280, "height": 860}}
NIGHT = {**DESK, "color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

SALT = "Sea Salt Flakes 150 g"

# The name of each picture, the device, what is searched for, and the links that lead on from there.
SHOTS: tuple[tuple[str, Mapping[str, Any], str, tuple[str, ...]], ...] = (
    ("overview-light", DESK, "", ()),
    ("overview-dark", NIGHT, "", ()),
    ("overview-phone", PHONE, "", ()),
    ("product-light", DESK, SALT, (SALT,)),
    ("product-dark", NIGHT, SALT, (SALT,)),
    ("count-light", DESK, SALT, (SALT, "available")),
)


def main() -> None:
    """Fill a database, serve it, and take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    password = secrets.token_urlsafe()
    with tempfile.TemporaryDirectory() as directory, _serving(Path(directory), password) as address:
        path = shutil.which("chromium")
        if path is None:
            sys.exit("The pictures need chromium (on Debian: apt install chromium)")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else []
            )
            for name, device, text, links in SHOTS:
                page = _sign_in(browser, address, password, device)
                if text:
                    page.goto(f"{address}products/?{urlencode({'q': text})}")
                for link in links:
                    page.get_by_role("link", name=link, exact=True).first.click()
                    page.wait_for_load_state()
                file = PICTURES / f"{name}.png"
                page.screenshot(path=file)
                page.context.close()
                print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} kB")


def _sign_in(browser: Browser, address: str, password: str, device: Mapping[str, Any]) -> Page:
    context = browser.new_context(**device)
    page = context.new_page()
    page.goto(address)
    page.get_by_label("Username").fill("owner")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(address)
    return page


@contextmanager
def _serving(directory: Path, password: str) -> Iterator[str]:
    port = _free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "ENV_FILE": "",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": f"sqlite:///{directory}/demo.sqlite3",
        "HTTPS": "false",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SUPERUSER_PASSWORD": password,
    }
    for command in (
        ("migrate", "--verbosity", "0"),
        ("createsuperuser", "--noinput", "--username", "owner", "--email", ""),
        ("demo", "--fill", "--seed", SEED),
    ):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)  # noqa: S603
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT, env=environment
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


if __name__ == "__main__":
    main()
