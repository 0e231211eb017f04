"""dj-stripe, in a virtual environment of its own outside of the project."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

PACKAGE = "dj-stripe"
INSTALL_SECONDS = 300.0


class NotInstalled(Exception):
    """It could not be installed: no network, as a rule."""


def install(directory: Path) -> tuple[Path, str]:
    """Install it beside this run's own versions of what both need; return its Python and what came.

    Raises NotInstalled.
    """
    ours = [f"{name}=={version(name)}" for name in ("Django", "granian")]
    ours.append(f"psycopg[binary]=={version('psycopg')}")
    home = directory / "dj-stripe"
    python = home / "bin" / "python"
    _run([sys.executable, "-m", "venv", str(home)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE, *ours])
    came = _run([str(python), "-c", f"import importlib.metadata as m; print(m.version({PACKAGE!r}))"])
    return python, f"{PACKAGE} {came}"


def _run(command: list[str]) -> str:
    try:
        ran = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"it took longer than {INSTALL_SECONDS:.0f} s") from error
    if ran.returncode:
        raise NotInstalled((ran.stderr.strip().splitlines() or [f"pip ended with {ran.returncode}"])[-1])
    return ran.stdout.strip()
