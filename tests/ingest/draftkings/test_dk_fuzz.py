"""Damaged payloads are read whole or refused in one sentence; nothing else comes out."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.draftkings.contest import CONTEST
from ingest.draftkings.draftables import DRAFTABLES
from ingest.draftkings.entries import ENTRIES
from ingest.draftkings.lobby import LOBBY
from ingest.draftkings.payouts import PAYOUT_SHEET
from ingest.draftkings.rules import RULES
from ingest.draftkings.salaries import SALARY_FILE
from ingest.draftkings.standings import STANDINGS_EXPORT
from ingest.payload import PayloadKind
from tests.ingest.draftkings import samples
from tests.ingest.draftkings.desk import WIRE, damaged_bytes, damaged_json, load, require_parse_or_refusal

DK = WIRE / "draftkings"
GAME = "2026-01-15T00:30:00.0000000Z"
JSONS: dict[str, tuple[PayloadKind, bytes, str]] = {
    "lobby": (LOBBY, json.dumps(samples.LOBBY).encode(), "lobby*.json"),
    "draftables": (DRAFTABLES, samples.pool(GAME), "draftables/draftables_raw_139284.json.gz"),
    "contest": (CONTEST, samples.contest(), "contest_detail_*.json"),
    "rules": (RULES, b'{"gameTypeId": 70, "gameTypeName": "C", "salaryCap": {"isEnabled": true, "maxValue": 50000},'
              b' "lineupTemplate": [{"rosterSlot": {"id": 458, "name": "PG"}, "order": 1}]}', "gametype_rules_70.json"),
}  # fmt: skip
OTHERS: dict[str, tuple[PayloadKind, bytes, str]] = {
    "standings": (STANDINGS_EXPORT, samples.final_standings(), "standings/*173036248.zip"),
    "entries": (ENTRIES, samples.ENTRIES, ""),
    "salaries": (SALARY_FILE, samples.SALARIES, "salaries/DKSalaries_20250120*.csv"),
    "payouts": (PAYOUT_SHEET, samples.PAYOUTS, "payouts/15K*.csv"),
}


def damage_all(table: dict[str, tuple[PayloadKind, bytes, str]], name: str, damage: Callable[..., object]) -> None:
    kind, body, pattern = table[name]
    real = [load(path) for path in sorted(DK.glob(pattern))[:1]] if pattern and DK.is_dir() else []

    @given(damage([body, *real]))
    def run(damaged: bytes) -> None:
        require_parse_or_refusal(kind, damaged)

    run()


@pytest.mark.parametrize("name", JSONS)
def test_json_with_other_values(name: str) -> None:
    damage_all(JSONS, name, damaged_json)


@pytest.mark.parametrize("name", [*JSONS, *OTHERS])
def test_damaged_bytes(name: str) -> None:
    damage_all({**JSONS, **OTHERS}, name, damaged_bytes)


@given(st.data())
def test_standings_with_damage_under_the_archive(data: st.DataObject) -> None:
    """Damage that the archive's checksum does not catch: the lines themselves."""
    lines = [f"{rank},{rank},u,0,1,{samples.LINEUP},,Al,C,10%,1" for rank in range(1, 9)]
    body = ("\ufeff" + "\n".join([samples.HEADER, *lines])).encode()
    require_parse_or_refusal(STANDINGS_EXPORT, data.draw(damaged_bytes([body])))
