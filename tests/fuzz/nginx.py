"""A real nginx in front of a stand, set up by the lines that docs/operations.md gives."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType

from tests.e2e.stand import PATIENCE, ROOT, eventually, free_port

DOCUMENT = ROOT / "docs" / "operations.md"
DEBIANS = "/usr/sbin/nginx"
"""Where Debian keeps it, which is on root's PATH only."""
AROUND = """
{user}
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    {lines}
}}
"""
"""What Debian's own nginx.conf says around a site, with everything below one directory."""


def find_nginx() -> str:
    """The program; fails where there is none."""
    path = shutil.which("nginx") or (DEBIANS if Path(DEBIANS).exists() else "")
    assert path, "the tests of a proxy need nginx (on Debian: apt install nginx-light)"
    return path


def documented_lines() -> str:
    """The block of nginx's lines in the document."""
    [block] = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return str(block)


def lines_for(port: int, upstream: int, log: Path) -> str:
    """The documented lines but for those of one site: its port, its name, its certificate and its log's place."""
    told = documented_lines()
    for line, instead in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("server_name stock.example.org;", "server_name 127.0.0.1;"),
        ("error_log /var/log/nginx/error.log crit;", f"error_log {log} crit;"),
        ("ssl_certificate /etc/ssl/stock.example.org.pem;", ""),
        ("ssl_certificate_key /etc/ssl/private/stock.example.org.key;", ""),
    ):
        assert told.count(line) == 1, f"{DOCUMENT.name} says {told.count(line)} times: {line}"
        told = told.replace(line, instead)
    return told


class Nginx:
    """Runs while its block does, and answers on `port` of this machine."""

    def __init__(self, directory: Path, *, upstream: int) -> None:
        """`upstream` is the port of the server behind it; everything that it writes is below `directory`."""
        self.port = free_port()
        self._directory = directory / "nginx"
        self._directory.mkdir()
        # Its workers have to reach that directory, as whoever made it.
        user = "user root root;" if os.geteuid() == 0 else ""
        self.log = self._directory / "nginx.log"
        lines = lines_for(self.port, upstream, self.log)
        self._file = self._directory / "nginx.conf"
        self._file.write_text(AROUND.format(user=user, directory=self._directory, lines=lines))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Nginx":
        self._process = subprocess.Popen(  # noqa: S603
            [find_nginx(), "-p", self._directory, "-c", self._file, "-e", self.log],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(timeout=PATIENCE)

    def dial(self) -> socket.socket:
        """A socket to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            self.dial().close()
        except OSError:
            return False
        return True
