"""What came out, as Markdown, and what is wrong with it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tests.strength.survivors import Break, Mutant, Verdict, break_of

HEAD = """# Mutants

How strong the tests are: `make mutants` breaks each line of the rooms below in turn (a mutant) and runs the tests of
that room. A mutant that no test notices survives. It writes this page, and fails where a room's score is under
{least:.0%} or a survivor is not named here with its reason, which `tests/strength/survivors.toml` gives.

mutmut makes the mutants. It leaves properties, enumerations and what stands outside of functions alone.

| Room | Mutants | Noticed | of these without end | Survived | Score |
|---|---:|---:|---:|---:|---:|
"""


def report(
    found: Sequence[tuple[str, Mutant]], justified: Mapping[Break, str], *, least: float
) -> tuple[str, list[str]]:
    """The page, and a line for each fault: a score under `least`, a survivor without reason, a reason without one."""
    faults: list[str] = []
    rooms: dict[str, list[Mutant]] = defaultdict(list)
    for room, mutant in found:
        rooms[room].append(mutant)
    lines = [HEAD.format(least=least)]
    survivors: list[tuple[str, Break]] = []
    for room, mutants in rooms.items():
        told = Counter(mutant.verdict for mutant in mutants)
        noticed = sum(number for verdict, number in told.items() if verdict.is_noticed)
        score = noticed / len(mutants)
        endless = told[Verdict.TIMED_OUT]
        lines.append(f"| {room} | {len(mutants)} | {noticed} | {endless} | {len(mutants) - noticed} | {score:.1%} |\n")
        if score < least:
            faults.append(f"{room}: {score:.1%} of its mutants are noticed, less than {least:.0%}")
        survivors += [(room, break_of(mutant)) for mutant in mutants if not mutant.verdict.is_noticed]
    lines += _survivors(survivors, justified)
    known = {each for _, each in survivors}
    faults += [f"{each.function}: survives, and nobody says why:\n{each.change}" for each in known - justified.keys()]
    faults += [
        f"{each.function}: is justified, and does not survive:\n{each.change}" for each in justified.keys() - known
    ]
    return "".join(lines), sorted(faults)


def _survivors(survivors: Sequence[tuple[str, Break]], justified: Mapping[Break, str]) -> list[str]:
    lines = ["\n## Survivors\n"]
    for why in sorted({justified.get(each, "nobody says why") for _, each in survivors}):
        lines.append(f"\n**{why}**\n\n```diff\n")
        for _, each in survivors:
            if justified.get(each, "nobody says why") == why:
                lines.append(f"{each.function}\n{each.change}\n")
        lines.append("```\n")
    return lines
