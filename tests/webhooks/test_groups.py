"""The groups that a migration makes: what each of them may do, and what it may not."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client

from tests.admin_support import make_arrivals, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _groups() -> None:
    """Made anew: a test that commits empties every table after it, those of migrations too."""
    make_groups()


class _Editor:
    """What the migration asks of a schema editor; SQLite's own cannot be opened within a test's transaction."""

    connection = connection


def make_groups() -> None:
    import_module("webhooks.migrations.0002_groups").make_groups(apps, _Editor())


def granted(name: str) -> set[str]:
    permissions = Group.objects.get(name=name).permissions.select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}


def signed_in(group: str) -> Client:
    user = User.objects.create_user(f"a {group}", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def test_a_viewer_sees_everything_but_urls_secrets_and_people_and_changes_nothing() -> None:
    views = Permission.objects.filter(
        content_type__app_label__in=["inventory", "webhooks"], codename__startswith="view_"
    )
    every = {f"{view.content_type.app_label}.{view.codename}" for view in views.select_related("content_type")}
    assert granted("viewer") == every - {
        "inventory.view_ledgerhead",
        "webhooks.view_secret",
        "webhooks.view_token",
    }


def test_an_operator_also_keeps_staffs_own_data_and_decides_about_deliveries() -> None:
    assert granted("operator") - granted("viewer") == {
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


def test_an_administrator_also_sets_up_endpoints_and_people() -> None:
    assert granted("administrator") - granted("operator") == {
        "inventory.change_source",
        "webhooks.add_endpoint",
        "webhooks.change_endpoint",
        "webhooks.view_token",
        "webhooks.add_token",
        "webhooks.change_token",
        "webhooks.view_secret",
        "webhooks.add_secret",
        "webhooks.change_secret",
        "auth.view_group",
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
        "auth.delete_user",
    }


def test_making_the_groups_again_leaves_what_staff_added_to_them() -> None:
    extra = Permission.objects.get(codename="add_site")
    Group.objects.get(name="viewer").permissions.add(extra)
    make_groups()
    assert "inventory.add_site" in granted("viewer")
    assert Group.objects.count() == 3


def test_a_viewer_reads_a_delivery_but_no_url_of_its_endpoint() -> None:
    delivery = make_arrivals(make_source(), 1)
    viewer = signed_in("viewer")
    assert viewer.get(f"/admin/webhooks/delivery/{delivery.pk}/change/").status_code == 200
    page = viewer.get(f"/admin/webhooks/endpoint/{delivery.endpoint_id}/change/")
    assert page.status_code == 200
    assert b"token-1" not in page.content
    assert viewer.get("/admin/webhooks/token/").status_code == 403
    assert viewer.get("/admin/webhooks/secret/").status_code == 403


def test_an_operator_cannot_add_an_endpoint_and_an_administrator_can() -> None:
    assert signed_in("operator").get("/admin/webhooks/endpoint/add/").status_code == 403
    assert signed_in("administrator").get("/admin/webhooks/endpoint/add/").status_code == 200


def test_an_administrator_cannot_become_a_superuser_by_way_of_another_account() -> None:
    root = User.objects.create_superuser("root", password="first-password-9")
    administrator = signed_in("administrator")
    own = User.objects.get(username="a administrator")
    page = administrator.get(f"/admin/auth/user/{own.pk}/change/").content
    assert b'name="is_staff"' in page
    assert b'name="is_superuser"' not in page
    administrator.post(
        f"/admin/auth/user/{own.pk}/change/",
        {"username": own.username, "is_active": "on", "is_staff": "on", "is_superuser": "on"},
    )
    own.refresh_from_db()
    assert (own.is_staff, own.is_superuser) == (True, False)
    typed = {"password1": "second-password-9", "password2": "second-password-9", "usable_password": "true"}
    assert administrator.post(f"/admin/auth/user/{root.pk}/password/", typed).status_code == 403
    root.refresh_from_db()
    assert root.check_password("first-password-9")


def test_the_admin_leads_each_group_to_its_own_work() -> None:
    viewer, administrator = (signed_in(name).get("/admin/").content.decode() for name in ("viewer", "administrator"))
    assert "Quarantined deliveries" in viewer
    assert "Add an endpoint" not in viewer
    assert "Unmatched listings" not in viewer
    assert "People" not in viewer
    for work in ("Quarantined deliveries", "Add an endpoint", "Unmatched listings", "People"):
        assert work in administrator


def test_somebody_without_any_permission_is_told_whom_to_ask() -> None:
    client = Client()
    client.force_login(User.objects.create_user("new", is_staff=True))
    page = client.get("/admin/").content.decode()
    assert "Your account has no permissions yet. An administrator can put you into a group." in page
