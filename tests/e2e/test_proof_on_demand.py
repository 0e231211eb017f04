"""A proof that somebody asks for is carried out beside the web server and the worker, and kept."""

from tests.e2e.stand import Stand, eventually
from tests.webhooks import square


def test_a_proof_that_is_asked_for_starts_by_itself(idle_stand: Stand) -> None:
    endpoint = idle_stand.add_square("Square")
    idle_stand.serve()
    idle_stand.post_all(endpoint, [square.counts_updated([square.count("12")])])
    eventually(lambda: idle_stand.number("select count(*) from inventory_movement") == 1)
    idle_stand.command("shell", "-c", "from inventory import proofs; proofs.ask('ada')")
    eventually(lambda: idle_stand.number("select count(*) from inventory_proofrun where finished_at is not null") == 1)
    found = idle_stand.rows(
        "select asked_by, counts, movements, deliveries, breach_count, error from inventory_proofrun"
    )
    assert found == [("ada", 1, 1, 1, 0, "")]
