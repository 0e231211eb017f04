"""Writes the settings file of a fresh checkout, with keys of its own: `python config/env_file.py`.

It runs before config.settings can be read, so it uses the standard library alone.
"""

import base64
import os
import secrets
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def text() -> str:
    """Settings for this machine alone. No value holds a `$`: django-environ would read it as a reference."""
    field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return f"""\
# Written by the first `make run`; the real environment wins over it.
# Keep it: without FIELD_KEYS no stored secret can be read again.
SECRET_KEY={secrets.token_urlsafe(64)}
FIELD_KEYS={field_key}

# Plain http, for this machine alone. Behind a proxy that speaks https, remove it and name the public address:
HTTPS=false
# PUBLIC_BASE_URL=https://stock.example.org
"""


def write(path: Path) -> bool:
    """Write the file, readable by its owner only; False, and nothing is touched, if it is there already."""
    if path.exists():
        return False
    # Written aside and linked: the name appears with its whole text or not at all, and nothing is replaced.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".env-") as file:  # made with mode 0600
        file.write(text())
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError:
            return False
    return True


def main() -> None:
    name = os.environ.get("ENV_FILE", str(ROOT / ".env"))
    if name and write(Path(name)):
        print(f"Wrote {name} with new keys")


if __name__ == "__main__":
    main()
