"""`manage.py prepare`: a database that is up to date and has someone who can sign in."""

import fcntl
import os
import secrets

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS


class Command(BaseCommand):
    help = "Migrate the database and, if it has no user at all, create the first administrator."
    requires_system_checks = ()  # handle runs them all, after the migration

    def handle(self, **_options: object) -> None:
        # What is kept is the shop's alone: a database file that is made here is nobody else's to read.
        os.umask(0o077)
        # Two of them at a time, as two impatient `make run` are, take turns.
        turn = os.open(settings.BASE_DIR, os.O_RDONLY)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
            call_command("migrate", interactive=False, verbosity=0)
            # Not before: what the database's own checks find missing may be what a migration was to make.
            self.check(databases=[DEFAULT_DB_ALIAS])
            self.create_first_administrator()
        finally:
            os.close(turn)

    def create_first_administrator(self) -> None:
        # Any user counts: where every administrator was removed on purpose, a restart brings none back.
        if User.objects.exists():
            return
        password = secrets.token_urlsafe(15)
        User.objects.create_superuser("admin", password=password)
        self.stdout.write(
            "\nThe first administrator. The password is shown this once; change it in the admin.\n"
            f"  username: admin\n  password: {password}\n"
        )
