"""Machines in odd time zones: every moment is kept and told in UTC, whatever the zone of server, worker or database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import NewStand
from tests.e2e.stand import STORED
from tests.webhooks import square

# Half an hour of summer time; a quarter of an hour off.
ZONES = ["Australia/Lord_Howe", "Asia/Kathmandu"]
# One instant: a leap second, by which 2017 began. Written in three zones, it is 2017-01-01T00:00:00Z.
LEAP = ["2016-12-31T23:59:60Z", "2017-01-01T05:44:60+05:45", "2016-12-31T13:29:60-10:30"]


@pytest.mark.parametrize("zone", ZONES)
def test_the_same_story_is_told_in_utc_everywhere(new_stand: NewStand, tmp_path: Path, zone: str) -> None:
    with new_stand(tmp_path, TZ=zone, PGTZ=zone) as stand:
        stand.start_server()
        endpoint = stand.add_square("Square, Main Street")
        before = datetime.now(UTC)
        for number, moment in enumerate(LEAP):
            body = square.counts_updated(
                [square.count(str(number + 1), at=moment, variation=f"V{number}")], event_id=f"e{number}"
            )
            answer = stand.post(endpoint, body)
            assert (answer.status, answer.body) == STORED
        stand.work_once()
        assert {(row["listing"], row["quantity"], row["as_of"]) for row in stand.stock()} == {
            ("V0", "1", "2017-01-01T00:00:00Z"),
            ("V1", "2", "2017-01-01T00:00:00Z"),
            ("V2", "3", "2017-01-01T00:00:00Z"),
        }
        known = (before - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        assert stand.stock("--as-of", known, "--clock", "known") == []
        assert len(stand.stock("--as-of", "2017-01-01T00:00:00Z", "--clock", "true")) == 3
        assert stand.stock("--as-of", "2016-12-31T23:59:59Z", "--clock", "true") == []
        assert stand.prove().endswith(": 0 breaches")
