"""What an injury report says of a player: his reason in parts, his status, and since when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.league import ATL, BOS, HOUR, NAMES, MemoryView, Row, eastern_day, fact, one_game
from transforms.injuries import injuries_known, player_reports, team_reports
from transforms.reasons import DETAILS, KINDS, PARTS, REASON_COLUMNS, SIDES, read_reasons
from transforms.schedule import games_known, team_sides

DATA = Path(__file__).parents[3] / "shared" / "data"
PHRASES = {
    "Injury/Illness - Left Ankle; Sprain": "injury",
    "Injury/Illness - N/a; Illness": "illness",
    "Injury/Illness - Left Knee; Viral Infection": "injury",
    "Injury/Illness - Right Knee; Injury Management": "injury_management",
    "Injury/Illness - Left Foot; Injury Recovery": "injury_management",
    "Injury/Illness - Left Foot; Surgical Recovery": "injury",
    "Injury/Illness - Return to Play; Conditioning": "reconditioning",
    "Return to Competition Reconditioning": "reconditioning",
    "Injury/Illness - N/A; Concussion Protocol": "concussion_protocol",
    "Health and Safety Protocols": "illness",
    "Rest - Rest": "rest",
    "Rest": "rest",
    "Personal Reasons": "personal",
    "League Suspension": "suspension",
    "G League - Two-Way": "g_league_two_way",
    "G League - On Assignment": "g_league_assignment",
    "Not With Team": "not_with_team",
    "Trade Pending": "trade_pending",
    "Coach's Decision": "coach_decision",
    "Ineligible To Play": "other",
}
SPORES = (
    "Injury/Illness - ",
    "; ",
    "Left ",
    "Rest",
    "\n",
    " - ",
    "Knee",
    "/",
    "MCL Sprain",
    "",
    "  ",
    "N/A",
    "K\u0307nee",
)


def parts_of(*reasons: str | None) -> list[dict[str, Any]]:
    frame = pl.LazyFrame({"reason": list(reasons)}, schema={"reason": pl.String})
    return read_reasons(frame).collect().to_dicts()


@pytest.mark.parametrize(("reason", "kind"), PHRASES.items())
def test_each_phrase_is_of_its_kind(reason: str, kind: str) -> None:
    assert parts_of(reason)[0]["reason_kind"] == kind


@given(
    st.sampled_from(PARTS), st.sampled_from(SIDES), st.sampled_from([word for word in DETAILS if word != "concussion"]),
    st.sampled_from((str.lower, str.upper, str.title)), st.sampled_from(("", "; Tendon Lengthening", " (Mild)")),
)  # fmt: skip
def test_a_reason_put_together_gives_its_parts(part: str, side: str, detail: str, case: Any, tail: str) -> None:
    printed = f"Injury/Illness - {case(f'{side} {part}; {detail}{tail}'.replace('_', ' '))}"
    said = parts_of(printed)[0]
    assert (said["body_part"], said["side"], said["detail"]) == (part, side, detail)
    held = {"management": "injury_management", "reconditioning": "reconditioning"}
    assert said["reason_kind"] == held.get(detail, "injury")
    assert said["is_restricted"] == (detail in held)


@given(st.lists(st.one_of(st.none(), st.text(), st.lists(st.sampled_from(SPORES)).map("".join)), max_size=8))
def test_any_text_has_a_kind_and_only_an_empty_one_has_none(reasons: list[str | None]) -> None:
    said = parts_of(*reasons)
    assert [row["reason"] for row in said] == reasons
    for reason, row in zip(reasons, said, strict=True):
        allowed = {
            "reason_kind": KINDS,
            "body_part": PARTS,
            "side": SIDES,
            "detail": DETAILS,
            "is_restricted": (True, False),
        }
        assert all(row[name] is None or row[name] in allowed[name] for name in REASON_COLUMNS)
        empty = reason is None or not pl.select(pl.lit(reason).str.replace_all(r"[\s_]+", "")).item()
        assert (row["reason_kind"] is None) == empty
        assert (row["is_restricted"] is None) == empty


def test_real_reasons_are_recognised() -> None:
    files = sorted((DATA / "wire" / "nba_injury_report").glob("*.expected.csv"))
    if not files:
        pytest.skip("the real injury reports (shared/data/wire) are not here")
    printed = [pl.read_csv(file).filter(pl.col("player_name").is_not_null()).select("reason") for file in files]
    said = read_reasons(pl.concat(printed).filter(pl.col("reason") != "NOT YET SUBMITTED").lazy()).collect()
    assert said.height > 200
    assert said.filter(pl.col("reason_kind") == "other").height < 0.02 * said.height
    hurt = said.filter(pl.col("reason_kind") == "injury")
    assert hurt["body_part"].null_count() == 0
    assert hurt["detail"].null_count() < 0.05 * hurt.height


CUTS = (1.0, 7.0, 20.0)
TAUGHT = datetime(2024, 8, 1, tzinfo=UTC)
# Two spellings name one man; nobody is decided for the last.
ENTRIES = {"Vuk, Bogdan": 1, "Vuk Jr., Bogdan": 1, "Lee, Ray": 2, "Body, No": None}
IDENTITY = [
    fact("identity", TAUGHT, kind="player", source_key=key, nba_id=player, rule="exact-name")
    for key, player in (("bogdanvuk", 1), ("bogdanvukjr", 1), ("raylee", 2))
]
STATUSES = st.sampled_from(("Out", "Questionable"))
reports = st.lists(
    st.fixed_dictionaries({
        "hours": st.integers(0, 30),
        "delay": st.sampled_from((0, 0, 0, 6)),
        "today": st.sampled_from((True, True, True, False)),
        "unsubmitted": st.sampled_from((False, False, False, True)),
        "said": st.dictionaries(st.sampled_from(tuple(ENTRIES)), STATUSES, max_size=3),
        "corrected": st.dictionaries(st.sampled_from(tuple(ENTRIES)), STATUSES, max_size=1),
    }),
    max_size=7,
    unique_by=lambda report: report["hours"],
)  # fmt: skip


def report_rows(drawn: list[dict[str, Any]], tip: datetime) -> list[Row]:
    """The rows of the reports: of the game, of another one, and corrections that were made six hours after."""
    rows = []
    for report in drawn:
        stamp = tip - report["hours"] * HOUR
        known = stamp + report["delay"] * HOUR
        day = eastern_day(tip if report["today"] else tip + 24 * HOUR)
        page = {"report_ts": stamp, "game_date": day, "body_sha256": f"{report['hours']:064d}"}
        ours = {**page, "matchup": "ATL@BOS", "team": NAMES[ATL], "row_kind": "player"}
        rows.append(
            fact("injury_reports", known, **{**ours, "matchup": "ATL@CLE"}, entry="Vuk, Bogdan", current_status="Out")
        )
        if report["unsubmitted"]:
            rows.append(
                fact("injury_reports", known, **{**ours, "row_kind": "team_not_yet_submitted"}, entry="NOT YET")
            )
            continue
        for at, said in ((known, report["said"]), (known + 6 * HOUR, report["corrected"])):
            rows += [fact("injury_reports", at, **ours, entry=e, current_status=s) for e, s in said.items()]
    return rows


def expected_lines(rows: list[Row], cut: datetime, day: object) -> dict[str | None, tuple[object, ...]]:
    """By entry: player_id, injury_status, status_since_ts, previous_status, report_state, of ATL's at a cut."""
    known = [row for row in rows if row["as_of_ts"] <= cut and row["game_date"] == day]
    stamps = sorted({row["report_ts"] for row in known})
    if not stamps:
        return {None: (None, None, None, None, "unknown")}
    pages, states = [], []
    for stamp in stamps:
        ours = sorted(
            (row for row in known if row["report_ts"] == stamp and row["matchup"] == "ATL@BOS"),
            key=lambda row: row["as_of_ts"],
        )
        versions = {row["entry"]: row for row in ours if row["row_kind"] == "player"}
        # Of two spellings of one man the last in the alphabet stands.
        pages.append({ENTRIES[entry] or entry: versions[entry] for entry in sorted(versions)})
        states.append("not_submitted" if any(row["row_kind"] != "player" for row in ours) else "submitted")
    found: dict[str | None, tuple[object, ...]] = {}
    for who, row in pages[-1].items():
        at = len(pages) - 1
        while at > 0 and who in pages[at - 1] and pages[at - 1][who]["current_status"] == row["current_status"]:
            at -= 1
        previous = None
        if at > 0:
            clear = "Clear" if states[at - 1] == "submitted" else None
            previous = pages[at - 1][who]["current_status"] if who in pages[at - 1] else clear
        player = ENTRIES[row["entry"]]
        found[row["entry"]] = (player, row["current_status"], stamps[at], previous, states[-1])
    return found or {None: (None, None, None, None, states[-1])}


@given(reports)
def test_a_status_stands_since_the_first_of_the_reports_in_a_row_that_say_so(drawn: list[dict[str, Any]]) -> None:
    schedule, cuts, tip = one_game(*CUTS)
    rows = report_rows(drawn, tip)
    view = MemoryView({"schedule": schedule, "identity": IDENTITY, "injury_reports": rows}, tip, shuffled=True)
    sides = team_sides(games_known(view, cuts))
    told = injuries_known(view, sides).collect()
    columns = ("player_id", "injury_status", "status_since_ts", "previous_status", "report_state")
    for cut_id, before in enumerate(CUTS):
        ours = told.filter((pl.col("cut_id") == cut_id) & (pl.col("team_id") == ATL))
        found = {row["entry"]: tuple(row[name] for name in columns) for row in ours.iter_rows(named=True)}
        assert found == expected_lines(rows, tip - before * HOUR, eastern_day(tip))
    assert told.filter(pl.col("injury_as_of_ts") > pl.col("report_ts") + 12 * HOUR).is_empty()
    listed = told.filter(pl.col("player_id").is_not_null())
    same = ["game_id", "cut_id", "team_id", "player_id", "injury_status", "reason"]
    assert listed.select(same).sort(same).equals(player_reports(view, sides).select(same).collect().sort(same))
    teams = told.select("game_id", "cut_id", "team_id", "report_state").unique().sort("game_id", "cut_id", "team_id")
    assert teams.equals(team_reports(view, sides).drop("injury_as_of_ts").collect())


def test_a_side_without_a_report_is_one_row_of_unknown_and_each_line_names_its_bytes() -> None:
    schedule, cuts, tip = one_game(1.0)
    row = fact(
        "injury_reports", tip - 3 * HOUR, report_ts=tip - 3 * HOUR, game_date=eastern_day(tip), matchup="ATL@BOS",
        team=NAMES[ATL], entry="Lee, Ray", current_status="Out", row_kind="player", body_sha256="a" * 64,
        reason="Injury/Illness - Left High Ankle; Sprain management",
    )  # fmt: skip
    for reports, states in (([], ["unknown", "unknown"]), ([row], ["submitted", "submitted"])):
        view = MemoryView({"schedule": schedule, "identity": IDENTITY, "injury_reports": reports}, tip)
        told = injuries_known(view, team_sides(games_known(view, cuts))).collect().sort("team_id")
        assert told["team_id"].to_list() == sorted((ATL, BOS))
        assert told["report_state"].to_list() == states
    line = told.row(0, named=True)
    assert line["body_sha256"] == "a" * 64
    assert [line[name] for name in REASON_COLUMNS] == ["injury_management", "ankle", "left", "sprain", True]
    # A team that lists nobody is known from the report, and its row proves which.
    assert told.row(1, named=True)["body_sha256"] == "a" * 64
