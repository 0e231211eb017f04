"""How many examples a property tries: few, the same every time, in the suite; very many, at random, in `make prove`.

`make mutants` runs them for each mutant anew: there forty have to do, and the first that fails is not made smaller.
"""

import os

from hypothesis import Phase, settings

PROVING = os.environ.get("PROVE", "") == "1"
JUDGING_MUTANTS = os.environ.get("MUTANTS", "") == "1"

SUITE = settings(derandomize=True, database=None, deadline=None, print_blob=True)
THOROUGH = settings(deadline=None, print_blob=True)

FOLD, LEDGER, HTTP, SHORT = (50_000, 2_000, 100, 5_000) if PROVING else (2_000, 100, 20, 200)
if JUDGING_MUTANTS:
    FOLD = SHORT = 40
    SUITE = settings(SUITE, phases=[Phase.explicit, Phase.generate])


def tries(examples: int) -> settings:
    """So many examples; whatever fails prints the blob by which it is run again."""
    return settings(THOROUGH if PROVING else SUITE, max_examples=examples)
