"""`manage.py prove_ledger`: hold the laws against what is stored."""

import os
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inventory import ledger, proofs
from inventory.ledger import proving


class Command(BaseCommand):
    help = "Check laws 1 to 4 on everything that is stored; end with 1 and name what does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--waiting", action="store_true", help="carry out the proofs that were asked for, and keep what they find"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["waiting"]:
            # Behind everything else that wants the processor.
            os.nice(10)
            while run := proofs.carry_out_waiting():
                self.stdout.write(f"{run}: {run.counts} counts, {run.breach_count} breaches")
            return
        began = time.monotonic()
        proof = ledger.prove()
        for breach in proof.breaches:
            self.stdout.write(f"breach of law {breach.law}: {breach.where}: {breach.problem}")
        for law, number in proof.numbers.items():
            if number > proving.MOST_OF_A_LAW:
                self.stdout.write(f"and {number - proving.MOST_OF_A_LAW} more breaches of law {law}")
        self.stdout.write(
            f"{proof.counts} counts, {proof.streams} streams, {proof.events} standing events, "
            f"{proof.movements} movements, {proof.accounts} deliveries: {proof.breach_count} breaches "
            f"({time.monotonic() - began:.1f} s)"
        )
        if not proof.holds:
            sys.exit(1)
