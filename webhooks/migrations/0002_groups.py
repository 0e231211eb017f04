"""The groups that staff are put into: viewer, operator, administrator."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db import migrations

VIEW = {
    "inventory": [
        "barcode",
        "batch",
        "batchlink",
        "cause",
        "count",
        "listing",
        "location",
        "movement",
        "product",
        "proofrun",
        "restatement",
        "retraction",
        "site",
        "source",
        "stockevent",
        "stream",
    ],
    "webhooks": ["delivery", "endpoint", "refusal"],
}

VIEWER = {f"{app}.view_{model}" for app, models in VIEW.items() for model in models}
"""Sees stock and where it came from; neither a URL nor a secret."""

OPERATOR = VIEWER | {
    "inventory.add_proofrun",
    "inventory.add_product",
    "inventory.change_product",
    "inventory.delete_product",
    "inventory.change_listing",
    "inventory.change_location",
    "inventory.add_site",
    "inventory.change_site",
    "inventory.delete_site",
    "webhooks.change_delivery",
}
"""Also keeps products, listings, locations and sites in order, and decides about deliveries that need a person."""

ADMINISTRATOR = OPERATOR | {
    "inventory.change_source",
    *(f"webhooks.{verb}_{model}" for verb in ("view", "add", "change") for model in ("endpoint", "token", "secret")),
    "auth.view_group",
    *(f"auth.{verb}_user" for verb in ("view", "add", "change", "delete")),
}
"""Also sets up endpoints, URLs and secrets, and says who may do what."""

GROUPS = {"viewer": VIEWER, "operator": OPERATOR, "administrator": ADMINISTRATOR}


def make_groups(apps: Any, schema_editor: Any) -> None:
    """Make the groups, or give those that are there what they are to have at least."""
    alias = schema_editor.connection.alias
    for label in ("inventory", "webhooks", "auth"):
        # Permissions are otherwise made after the last migration, too late for this one.
        config = apps.get_app_config(label)
        # An app as it was at a migration has no module of models, without which nothing is made for it.
        before = getattr(config, "models_module", None)
        config.models_module = before or True
        create_permissions(config, apps=apps, verbosity=0, using=alias)
        config.models_module = before
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in permission_model.objects.using(alias).select_related("content_type")
    }
    for name, permissions in GROUPS.items():
        group, _ = group_model.objects.using(alias).get_or_create(name=name)
        group.permissions.add(*(known[permission] for permission in sorted(permissions)))


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("inventory", "0001_initial"),
        ("webhooks", "0001_initial"),
    ]

    # Taken back, the groups stay: somebody may be in them.
    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
