"""Stands, as the end-to-end tests have them."""

from tests.e2e.conftest import idle_stand, migrated, new_stand

__all__ = ["idle_stand", "migrated", "new_stand"]
