"""Mutants, what became of them, and which may live because somebody said why."""

import subprocess
import sys
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    """It ran without end, which its tests noticed."""
    CRASHED = "crashed"
    UNTESTED = "untested"
    SURVIVED = "survived"

    @property
    def is_noticed(self) -> bool:
        return self in {Verdict.KILLED, Verdict.TIMED_OUT, Verdict.CRASHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One break of one function."""

    name: str
    """As mutmut counts it: it changes whenever the function does."""
    verdict: Verdict

    @property
    def function(self) -> str:
        """As in `webhooks.verification.digest.signature`; a method with its class."""
        module, _, rest = self.name.partition("__mutmut_")[0].rpartition(".")
        return f"{module}.{rest.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """What a mutant changes, in words that stay the same while its function does."""

    function: str
    change: str
    """The lines that went, each after "- ", and those that came, each after "+ "."""


def break_of(mutant: Mutant) -> Break:
    """What the mutant changes; raises CalledProcessError when mutmut does not know it."""
    command = [sys.executable, "-m", "mutmut", "show", mutant.name]
    shown = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    lines = [line for line in shown.splitlines() if line.startswith(("-", "+")) and line[:3] not in {"---", "+++"}]
    told = [f"{line[0]} {line[1:].strip()}" for line in lines if line[1:].strip()]
    return Break(function=mutant.function, change="\n".join(told))


def read_justified() -> dict[Break, str]:
    """Which breaks may live, and why; raises ValueError where two entries name the same one."""
    entries = tomllib.loads((HERE / "survivors.toml").read_text()).get("survivor", [])
    justified: dict[Break, str] = {}
    for entry in entries:
        known = Break(function=entry["function"], change=entry["change"].strip())
        if known in justified:
            raise ValueError(f"{known.function}: named twice: {known.change}")
        justified[known] = entry["why"]
    return justified
