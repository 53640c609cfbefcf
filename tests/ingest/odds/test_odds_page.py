"""The odds page: events and gateway by brace matching, no secret ever stored, yesterday's page refused."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.odds.page import looks_like_page, parse_page, read_page
from ingest.odds.state import read_embedded, redact_secrets
from ingest.payload import Stamp
from lakehouse.errors import ShapeChanged, StalePayload, Unreadable
from lakehouse.teams import FRANCHISES
from tests.ingest.odds.samples import FETCHED, POLICY, SECRET, TIP, event, page

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values), st.booleans())
def test_a_value_is_found_whatever_its_strings_hold(value: dict[str, object], escaped: bool) -> None:
    text = f"<script>window.__S = {json.dumps(value, ensure_ascii=escaped)};var x = {{}};</script>"
    assert read_embedded(text, "__S", "A page") == value


def test_undefined_is_null_outside_strings_only() -> None:
    assert read_embedded('window.__S={"a":undefined,"b":"undefined"};', "__S", "A page") == {
        "a": None,
        "b": "undefined",
    }


def test_a_page_gives_its_events_and_its_gateway() -> None:
    found = read_page(page(event(), event(78, home="GS", away="UTAH"), event(79, home="XX")))
    assert [(one.eid, one.home_team, one.away_team) for one in found.events] == [
        (77, "NYK", "CLE"), (78, "GSW", "UTA"), (79, "NYK", "CLE"),
    ]  # fmt: skip
    assert found.events[0].starts_ts == TIP
    assert found.gateway.url("{A_CL:x(eid:[1])}") == (
        "https://www.oddstrader.com/odds-v2/odds-v2-service?query={A_CL:x(eid:[1])}"
    )
    assert found.gateway.headers["Authorization"] == SECRET
    assert SECRET not in repr(found)


@pytest.mark.parametrize("team", FRANCHISES, ids=lambda team: team.tricode)
def test_every_team_is_known_by_its_code(team: object) -> None:
    tricode = getattr(team, "tricode")  # noqa: B009
    assert read_page(page(event(home=tricode, away="BOS"))).events[0].home_team == tricode


def test_no_secret_of_the_page_is_kept_and_it_reads_alike() -> None:
    body = page(event())
    kept = redact_secrets(body)
    assert SECRET.encode() not in kept
    assert POLICY.encode() not in kept
    assert read_page(kept).events == read_page(body).events
    assert not read_page(kept).gateway.is_open
    assert redact_secrets(kept) == kept
    other = body.replace(SECRET.encode(), b"Bearer another-one").replace(POLICY.encode(), b"policy-another")
    assert redact_secrets(other) == kept


@given(st.integers(0, 3000))
def test_a_page_cut_anywhere_keeps_no_secret(length: int) -> None:
    kept = redact_secrets(page(event())[:length])
    assert b"made-up" not in kept


def test_a_page_of_another_day_is_stale() -> None:
    asked = Stamp(FETCHED, asked={"date": "2025-12-25"})
    assert not parse_page(page(event()), asked).frames
    parse_page(page(), asked)
    parse_page(page(event(), event(78, TIP - timedelta(days=1))), asked)
    with pytest.raises(StalePayload, match="2025-12-24"):
        parse_page(page(event(starts=TIP - timedelta(days=1))), asked)


def test_a_late_game_is_on_its_eastern_date() -> None:
    late = read_page(page(event(starts=TIP + timedelta(hours=10)))).events[0]
    assert late.day == date(2025, 12, 25)


def test_what_is_no_page_is_said() -> None:
    for body in (b"", b"{}", b"\xff\xfe", b"<html>Denied</html>"):
        assert not looks_like_page(body)
        with pytest.raises(Unreadable):
            read_page(body)
    with pytest.raises(ShapeChanged, match=r"window\.__config"):
        read_page(page(event()).replace(b"window.__config", b"window.__other"))
    alone = event()
    del alone["participants"]["2"]
    with pytest.raises(ShapeChanged, match=r"participants"):
        read_page(page(alone))
    with pytest.raises(ShapeChanged) as raised:
        read_page(page(event(), headers=SECRET))
    assert SECRET not in str(raised.value)
