"""The demo's shop and the twins' posts, by the commands and over real HTTP."""

import json

from tests.e2e.stand import Stand

FAULTS = "duplicate=0.1,reorder=0.2,wrong_secret=0.05,truncate=0.02"


def test_a_twin_posts_to_an_endpoint_and_the_counts_are_there(stand: Stand) -> None:
    printed = stand.command("add_endpoint", "jetti", "--name", "The web shop", "--json")
    endpoint = str(json.loads(printed)["id"])
    said = stand.command(
        "simulate", "jetti", "--endpoint", endpoint, "--count", "60", "--rate", "0", "--connections", "3",
        "--faults", FAULTS,
    )  # fmt: skip
    answers = dict(line.split(": ") for line in said.splitlines()[1:3])
    assert sorted(answers) == ["200", "401"]
    assert "tried again: 0, given up: 0, not sent: 0" in said
    taken = stand.number("SELECT COUNT(*) FROM webhooks_delivery")
    assert taken == int(answers["200"]) > 60
    assert stand.number("SELECT COUNT(*) FROM webhooks_refusal") == int(answers["401"])
    stand.work_once()
    assert len(stand.stock()) == 10
    assert stand.prove().endswith(": 0 breaches")


def test_a_shop_with_a_week_behind_it_is_filled_once_served_and_proven(idle_stand: Stand) -> None:
    said = idle_stand.command("demo", "--fill", "--scale", "0.05")
    assert "What to look at:" in said
    deliveries = idle_stand.number("SELECT COUNT(*) FROM webhooks_delivery")
    assert idle_stand.command("demo", "--fill").startswith("The demo's shop is as you left it")
    assert idle_stand.number("SELECT COUNT(*) FROM webhooks_delivery") == deliveries
    assert idle_stand.number("SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending'") == 0
    idle_stand.serve()
    assert idle_stand.request("GET", "/admin/login/").status == 200
    milk = [row for row in idle_stand.stock("--product", "Oat Milk") if row["bucket"] == "available"]
    assert sorted(row["quantity"] or "" for row in milk) == ["-2", "4"]
    assert idle_stand.prove().endswith(": 0 breaches")
