"""New field keys under a running Stockroom, by the steps of docs/operations.md: no sender notices."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

from cryptography.fernet import Fernet

from tests.e2e.stand import STORED, Stand, ask, eventually
from tests.webhooks import square

NEW_KEY = Fernet.generate_key().decode()
OTHER_SECRET = "another-signature-key"


def change_keys(stand: Stand, keys: str) -> None:
    """Restart the web server with these."""
    stand.environment["FIELD_KEYS"] = keys
    if stand.server is not None:
        assert stand.stop_server() == 0
    stand.start_server()


def test_field_keys_are_rotated_while_senders_post_and_secrets_are_added(idle_stand: Stand) -> None:
    stand = idle_stand
    endpoints = [stand.add_square(f"Till {number}") for number in range(3)]
    old_key = stand.environment["FIELD_KEYS"]
    answers: Counter[tuple[int, bytes]] = Counter()
    is_over = Event()

    def send(number: int) -> None:
        endpoint, said = endpoints[number], 0
        with closing(stand.connect()) as connection:
            while not is_over.is_set():
                body = square.counts_updated([square.count("1")], event_id=f"{number}-{said}")
                answer = ask(connection, "POST", endpoint.path, body, endpoint.signed(body))
                answers[answer.status, answer.body] += 1
                said += 1
                is_over.wait(0.02)

    # 1. The new key comes first, the old one stays behind it.
    change_keys(stand, f"{NEW_KEY},{old_key}")
    with ThreadPoolExecutor(3) as pool:
        senders = [pool.submit(send, number) for number in range(3)]
        eventually(lambda: answers.total() > 20)
        # 2. Everything is written anew, while all goes on.
        printed = stand.command("rotate_keys")
        before = answers.total()
        eventually(lambda: answers.total() > before + 20)
        is_over.set()
        for sender in senders:
            sender.result()
    assert printed == (
        "webhooks.Token.value: 3 re-encrypted, 0 were under the first key, 0 cannot be read\n"
        "webhooks.Token.public_url: 3 re-encrypted, 0 were under the first key, 0 cannot be read\n"
        "webhooks.Secret.value: 3 re-encrypted, 0 were under the first key, 0 cannot be read\n"
        "webhooks.Refusal.credentials: 0 re-encrypted, 0 were under the first key, 0 cannot be read\n"
    )
    assert set(answers) == {STORED}

    # 3. Nothing is left to do, so that the old key can go.
    assert ": 0 re-encrypted, 3 were under the first key, 0 cannot be read\n" in stand.command("rotate_keys")
    change_keys(stand, NEW_KEY)
    assert stand.command("check", "--database", "default") == "System check identified no issues (0 silenced).\n"
    for number, endpoint in enumerate(endpoints):
        assert stand.post(endpoint, square.counts_updated([], event_id=f"after-{number}")).status == 200
        forged = {"x-square-hmacsha256-signature": square.signature(endpoint.public_url, b"{}", OTHER_SECRET)}
        assert stand.request("POST", endpoint.path, b"{}", forged).status == 401

    # With the old key alone, everything is told, and nobody gets in.
    change_keys(stand, old_key)
    assert stand.post(endpoints[0], square.counts_updated([], event_id="too late")).status == 503
    stopped = stand.run("check", "--database", "default")
    numbers = ", ".join(str(endpoint.id) for endpoint in endpoints)
    assert stopped.returncode == 1
    assert f"(webhooks.E004) 3 rows of webhooks.Secret.value (endpoints {numbers}) cannot be read" in stopped.stderr
