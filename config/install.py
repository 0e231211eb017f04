"""Makes `.venv` and installs the locked requirements: `python3 config/install.py runtime` (or `dev`).

It runs before anything is installed, so it uses the standard library alone. A stamp in `.venv` names what was
installed from which lock, so a second run is over at once. Two runs at a time take turns.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "stockroom-installed.json"


def setting(name: str) -> str:
    """A setting as config.settings will find it: in the environment, else in the settings file; '' if in neither."""
    if name in os.environ:
        return os.environ[name]
    file = os.environ.get("ENV_FILE", str(ROOT / ".env"))
    if file and Path(file).is_file():
        for line in Path(file).read_text().splitlines():
            key, _, value = line.removeprefix("export ").partition("=")
            if key.strip() == name:
                return value.strip().strip("'\"")
    return ""


def names_for_running() -> list[str]:
    """The names of the locks that the settings ask for."""
    names = ["runtime"]
    if setting("DATABASE_URL").startswith("postgres"):
        names.append("postgres")
    if setting("ENGINE") == "celery":
        names.append("celery")
    return names


def lock_digest() -> str:
    """One digest over every lock: they are made together, and one that changed makes all installs stale."""
    digest = hashlib.sha256()
    for lock in sorted(LOCKS.glob("*.txt")):
        digest.update(lock.name.encode() + b"\0" + lock.read_bytes() + b"\0")
    return digest.hexdigest()


def installed(lock: str) -> set[str]:
    """The names that `.venv` has from the lock with this digest."""
    if not (PYTHON.exists() and STAMP.exists()):
        return set()
    stamp = json.loads(STAMP.read_text())
    return set(stamp["names"]) if stamp["lock"] == lock else set()


def run(*command: str, quiet: bool = False) -> bool:
    """Whether the command ended well."""
    errors = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, check=False, stderr=errors).returncode == 0  # noqa: S603  # all named here


def make_venv() -> None:
    """Make `.venv`, unless one with a working pip is there; one left half made is made anew."""
    if PYTHON.exists() and run(str(PYTHON), "-c", "import pip", quiet=True):
        return
    print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
    venv.EnvBuilder(with_pip=True, symlinks=True, clear=True).create(VENV)


def install(names: list[str]) -> None:
    """Install the locks of these names into `.venv`, unless the stamp says that it is done."""
    lock = lock_digest()
    have = installed(lock)
    if have.issuperset(names):
        return
    make_venv()
    if not have:
        STAMP.unlink(missing_ok=True)
    print(f"Installing the locked requirements ({', '.join(names)}); this takes a minute", flush=True)
    pip = [str(PYTHON), "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]
    files = [argument for name in names for argument in ("-r", str(LOCKS / f"{name}.txt"))]
    if not run(*pip, "install", "--require-hashes", *files):
        sys.exit("The locked requirements could not be installed; pip says above why.")
    fresh = STAMP.with_suffix(".new")
    fresh.write_text(json.dumps({"lock": lock, "names": sorted(have.union(names))}))
    fresh.replace(STAMP)


def main() -> None:
    if sys.argv[1:] == ["dev"]:
        names = ["runtime", "postgres", "celery", "dev"]
    elif sys.argv[1:] == ["runtime"]:
        names = names_for_running()
    else:
        sys.exit("Name one: runtime or dev.")
    turn = os.open(LOCKS, os.O_RDONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    install(names)


if __name__ == "__main__":
    main()
