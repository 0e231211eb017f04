"""The rooms: which module may import which, read from the sources themselves.

Each rule is a function of {module: source}, so that a test can show it a house in which it is broken.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "webhooks", "inventory")

FORBIDDEN = {
    "inventory": ("webhooks", "config"),
    "webhooks": ("config",),
}
"""Arrows run one way: config -> webhooks -> inventory."""

PURE = (
    "webhooks.verification",
    "webhooks.strict_json",
    "webhooks.payload",
    "webhooks.providers",
    "webhooks.door",
    "webhooks.twins",
    "inventory.fold",
    "inventory.events",
    "inventory.totals",
    "inventory.quantity",
    "inventory.instants",
)
"""Bytes, values and arithmetic: nothing but the standard library, and each other."""

Sources = Mapping[str, str]


def house() -> dict[str, str]:
    """Every module of ours, but the tests."""
    sources = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return sources


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _statements(sources: Sources, module: str) -> Iterator[tuple[str, str, str]]:
    """(module, name taken from it or '', name bound here) of every import, wherever in the module it stands."""
    for node in ast.walk(ast.parse(sources[module])):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, "", alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            is_package = any(other.startswith(module + ".") for other in sources)
            above = module.split(".")[: None if is_package and node.level == 1 else -node.level + is_package]
            origin = ".".join([*(above if node.level else ()), *filter(None, [node.module])])
            for alias in node.names:
                yield origin, alias.name, alias.asname or alias.name


def imports(sources: Sources, module: str) -> set[str]:
    """The modules that `module` itself asks for: `from a.b import c` asks for a, a.b and, if it is one, a.b.c."""
    asked = set()
    for origin, name, _ in _statements(sources, module):
        asked.add(f"{origin}.{name}" if f"{origin}.{name}" in sources else origin)
    parents = {".".join(parts[:end]) for parts in (path.split(".") for path in asked) for end in range(1, len(parts))}
    return asked | parents


def reached(sources: Sources, module: str) -> set[str]:
    """Every module that importing `module` asks for, at first or at any further hand; ours and others'."""
    seen: set[str] = set()
    waiting = {module}
    while waiting:
        here = waiting.pop()
        seen.add(here)
        if here in sources:
            waiting |= imports(sources, here) - seen
    return seen - {module}


def arrows_against(sources: Sources) -> list[str]:
    """Imports from a lower room into a higher one."""
    return [
        f"{module} imports {asked}"
        for module in sorted(sources)
        for asked in sorted(imports(sources, module))
        if any(is_within(asked, room) for room in FORBIDDEN.get(module.partition(".")[0], ()))
    ]


def impurities(sources: Sources) -> list[str]:
    """What a pure module reaches that is neither pure nor of the standard library."""
    found = []
    for module in sorted(sources):
        if any(is_within(module, pure) for pure in PURE):
            found += [
                f"{module} reaches {other}"
                for other in sorted(reached(sources, module))
                if other.partition(".")[0] not in sys.stdlib_module_names
                and other not in ROOMS
                and not any(is_within(other, pure) for pure in PURE)
            ]
    return found


def private_imports(sources: Sources) -> list[str]:
    """Uses of another module's private names: imported by name, or reached through an imported module."""
    found = []
    for module in sorted(sources):
        theirs = {}
        for origin, name, bound in _statements(sources, module):
            if origin.partition(".")[0] not in ROOMS:
                continue
            theirs[bound] = f"{origin}.{name}".rstrip(".")
            private = [part for part in [*origin.split("."), name] if is_private(part)]
            if private:
                found.append(f"{module} imports {theirs[bound]}")
        found += [
            f"{module} uses {theirs[node.value.id]}.{node.attr}"
            for node in ast.walk(ast.parse(sources[module]))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in theirs
            and is_private(node.attr)
        ]
    return found


def is_private(name: str) -> bool:
    # Django's documented way to a model's description is the one exception to the underscore.
    return name.startswith("_") and not name.startswith("__") and name != "_meta"


# --- The house as it stands ------------------------------------------------------------------------------


def test_arrows_run_from_config_to_webhooks_to_inventory_and_never_back() -> None:
    assert arrows_against(house()) == []


def test_the_pure_modules_reach_nothing_but_each_other_and_the_standard_library() -> None:
    assert impurities(house()) == []


def test_every_pure_module_is_there() -> None:
    sources = house()
    assert [pure for pure in PURE if pure not in sources] == []
    # Some whose place in the house decides about the others.
    assert {"inventory.models.ledger", "webhooks.views", "config.urls", "webhooks.providers.square"} <= set(sources)


def test_the_door_knows_providers_and_verification_and_nothing_else_of_ours() -> None:
    ours = {asked for asked in imports(house(), "webhooks.door") if asked.partition(".")[0] in ROOMS}
    assert {".".join(asked.split(".")[:2]) for asked in ours} == {
        "webhooks",
        "webhooks.providers",
        "webhooks.verification",
    }


def test_twins_know_nothing_of_the_code_that_reads_what_they_write() -> None:
    sources = house()
    twins = [module for module in sources if is_within(module, "webhooks.twins")]
    ours = {asked for module in twins for asked in imports(sources, module) if asked.partition(".")[0] in ROOMS}
    assert {".".join(asked.split(".")[:2]) for asked in ours} == {"webhooks", "webhooks.twins", "webhooks.verification"}


def test_no_module_uses_a_private_name_of_another() -> None:
    assert private_imports(house()) == []


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_loads_without_django(module: str) -> None:
    """The same by another way: what the interpreter has loaded once the module is imported."""
    script = (
        f"import sys, {module}; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'django', 'cryptography', 'psycopg'}), "
        "[name for name in sys.modules if name.endswith('.models') or '.models.' in name])"
    )
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  # our own line
    assert ran.stdout == "[] []\n"


# --- Houses in which a rule is broken --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "source", "told"),
    [
        ("inventory.reports", "from webhooks.models import Delivery", "inventory.reports imports webhooks"),
        ("inventory.reports", "import webhooks", "inventory.reports imports webhooks"),
        ("inventory.models.source", "import config.settings as s", "inventory.models.source imports config"),
        ("webhooks.views", "from config import settings", "webhooks.views imports config"),
        (
            "inventory.apps",
            "class A:\n    def ready(self):\n        from webhooks import evidence",
            "inventory.apps imports webhooks",
        ),
        (
            "inventory.apps",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import webhooks.door",
            "inventory.apps imports webhooks",
        ),
    ],
)
def test_an_arrow_against_the_direction_is_noticed(module: str, source: str, told: str) -> None:
    found = arrows_against({module: source, "webhooks": "", "webhooks.door": "", "config": ""})
    assert told in found


def test_arrows_in_the_direction_are_none_of_its_business() -> None:
    sources = {
        "config.urls": "from webhooks.views import receive\nfrom inventory import models",
        "webhooks.views": "from inventory.models import Source\nimport django",
        "inventory.models": "from django.db import models",
    }
    assert arrows_against(sources) == []


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({"inventory.fold": "from django.db import models"}, "inventory.fold reaches django.db"),
        ({"inventory.fold.lots": "import django"}, "inventory.fold.lots reaches django"),
        ({"webhooks.payload": "import cryptography.fernet"}, "webhooks.payload reaches cryptography.fernet"),
        (
            {"inventory.events": "from inventory.models import Source", "inventory.models": ""},
            "inventory.events reaches inventory.models",
        ),
        (
            {
                "webhooks.door": "from webhooks.providers import PROVIDERS",
                "webhooks.providers": "from .square import Square",
                "webhooks.providers.square": "from inventory import identity",
                "inventory.identity": "from django.utils import timezone",
            },
            "webhooks.door reaches django.utils",
        ),
        (
            {"webhooks.verification": "", "webhooks.verification.hmac": "from ...inventory import models"},
            "webhooks.verification.hmac reaches inventory.models",
        ),
    ],
)
def test_a_pure_module_that_reaches_too_far_is_noticed(sources: dict[str, str], told: str) -> None:
    assert told in impurities({"inventory.models": "", **sources})


def test_what_a_pure_module_may_use_is_not_told() -> None:
    sources = {
        "webhooks.payload": "import re\nfrom decimal import Decimal\nfrom inventory.quantity import LIMIT",
        "inventory.quantity": "import decimal",
        "webhooks.views": "import django",
    }
    assert impurities(sources) == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("from inventory.fold import _plain", "webhooks.views imports inventory.fold._plain"),
        ("from inventory.fold import _plain as plain", "webhooks.views imports inventory.fold._plain"),
        ("from inventory._fold import plain", "webhooks.views imports inventory._fold.plain"),
        ("from inventory import fold\nfold._plain()", "webhooks.views uses inventory.fold._plain"),
        ("from inventory import fold as f\nx = [f._plain]", "webhooks.views uses inventory.fold._plain"),
        ("from inventory.fold import Fold\nFold._plain()", "webhooks.views uses inventory.fold.Fold._plain"),
    ],
)
def test_the_use_of_a_private_name_is_noticed(source: str, told: str) -> None:
    assert private_imports({"webhooks.views": source}) == [told]


def test_private_names_of_its_own_are_a_modules_own_business() -> None:
    source = "from inventory.models import Source\nimport os\n_mine = Source._meta\nself._mine\n_mine._x\nos._exit"
    assert private_imports({"webhooks.views": source}) == []
