"""What may not be committed: an index of packages, an unpinned requirement, a path of one machine."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR

# In parts, so that this file does not name them.
INDEX_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pypi", "python", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("conda", "anaconda", "org"),
        ("index", "crates", "io"),
        ("proxy", "golang", "org"),
        ("rubygems", "org"),
        ("mirrors", "aliyun", "com"),
    )
]
HOME_DIRECTORY = re.compile(r"(?<![\w.-])/(?:root|home/[a-z_][\w-]*|Users/\w+)/")
PINNED_WITH_HASHES = re.compile(
    r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9._-]+(, [a-z0-9._-]+)*\])?==[^\s;]+( ; [^#\\]+?)?( --hash=sha256:[0-9a-f]{64})+"
)


def committed_files() -> dict[str, str]:
    """The text of every file that is committed or would be by `git add .`."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()  # noqa: S603
    paths = {name: ROOT / name for name in listed.split("\0") if name}
    return {name: path.read_text(errors="replace") for name, path in paths.items() if path.is_file()}


def requirements(text: str) -> list[str]:
    """The logical lines of a requirements file, without its comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip()]


@pytest.mark.parametrize("host", INDEX_HOSTS)
def test_no_committed_file_names_a_package_index(host: str) -> None:
    assert [name for name, text in committed_files().items() if host in text.lower()] == []


def test_no_committed_file_names_a_home_directory() -> None:
    found = {name: match[0] for name, text in committed_files().items() if (match := HOME_DIRECTORY.search(text))}
    assert found == {}


def test_the_files_are_found_at_all() -> None:
    assert {"Makefile", "pyproject.toml", "requirements/runtime.txt", "tests/test_repository.py"} <= set(
        committed_files()
    )


@pytest.mark.parametrize("name", ["runtime", "postgres", "celery", "dev"])
def test_every_locked_requirement_is_one_version_with_its_hashes(name: str) -> None:
    """An index, a URL, a path or an option is not a requirement of this form, so none gets by."""
    locked = requirements((ROOT / "requirements" / f"{name}.txt").read_text())
    assert locked
    assert [line for line in locked if not PINNED_WITH_HASHES.fullmatch(line)] == []


def test_every_lock_is_checked() -> None:
    assert {path.stem for path in (ROOT / "requirements").glob("*.txt")} == {"runtime", "postgres", "celery", "dev"}


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://index.example.org/simple",
        "--find-links /srv/wheels",
        "-e .",
        "django",
        "django==5.2.8",
        "django>=5.2 --hash=sha256:" + 64 * "a",
        "django==5.2.8 --hash=md5:" + 32 * "a",
        "django @ https://example.org/django.whl --hash=sha256:" + 64 * "a",
    ],
)
def test_a_requirement_of_another_form_is_noticed(line: str) -> None:
    assert PINNED_WITH_HASHES.fullmatch(line) is None
