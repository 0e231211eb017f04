"""The settings under test: config.settings with fixed keys and nothing from the machine but DATABASE_URL."""

import os
from pathlib import Path

os.environ |= {
    "ENV_FILE": "",
    "SECRET_KEY": "tests-only-secret-key-that-is-long-enough-to-please-the-deploy-check-0123456789",
    "FIELD_KEYS": "x5jFQ0C6cWyB1kZg1n3Yw8sU0m6g5s0v9d2b7a4c1e8=",
    "PUBLIC_BASE_URL": "https://stock.example.test",
    "ALLOWED_HOSTS": "testserver",
    "HTTPS": "false",
    "DEBUG": "false",
    "ENGINE": "worker",
}
for _name in ("PROCESS", "LOG_LEVEL"):
    os.environ.pop(_name, None)

from config.settings import *  # noqa: E402,F403
from config.settings import BASE_DIR  # noqa: E402

(Path(BASE_DIR) / "var").mkdir(exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
