"""`manage.py prove_ledger`: hold the laws against what is stored."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from inventory import ledger


class Command(BaseCommand):
    help = "Check laws 1 to 4 on everything that is stored; end with 1 and name every breach, if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        proof = ledger.prove()
        for breach in proof.breaches:
            self.stdout.write(f"breach of law {breach.law}: {breach.where}: {breach.problem}")
        self.stdout.write(
            f"{proof.counts} counts, {proof.streams} streams, {proof.events} standing events, "
            f"{proof.movements} movements, {proof.accounts} deliveries: {len(proof.breaches)} breaches "
            f"({time.monotonic() - began:.1f} s)"
        )
        if not proof.holds:
            sys.exit(1)
