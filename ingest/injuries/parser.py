"""An injury report's rows as facts of silver.injury_reports, public at the stamp printed on the report."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from ingest.injuries.report import Reader, Report, is_pdf, read_report
from ingest.injuries.rows import Row
from ingest.injuries.table import NOT_SUBMITTED
from ingest.payload import Parsed, PayloadKind, Stamp
from ingest.stamping import build_frame, keep_first, stamp_rows
from lakehouse.clock import EASTERN
from lakehouse.errors import StalePayload

TABLE = "silver.injury_reports"
_KEY = ("report_ts", "game_date", "matchup", "team", "entry")


def parse_report(body: bytes, stamp: Stamp) -> Parsed:
    """The frame of silver.injury_reports; a line that comes twice is rejected.

    Raises Unreadable as `read_report` does, and StalePayload for a report of another time than `asked["report"]`, an
    Eastern wall time such as 2026-01-14T18:30.
    """
    report = read_report(body)
    asked, printed = stamp.asked.get("report"), report.wall.isoformat(timespec="minutes")
    if asked is not None and asked != printed:
        raise StalePayload(f"The injury report asked for is that of {asked}, the one that came of {printed}; not used.")
    rows, rejected = keep_first(_to_frame(report), TABLE, _KEY)
    frame = stamp_rows(rows, TABLE, report.report_ts, "exact" if report.is_certain else "bounded")
    return Parsed({TABLE: frame}, tuple(rejected), report.report_ts)


def parse_rows(body: bytes, reader: Reader = "auto") -> list[dict[str, str]]:
    """The rows of a report in its order, as printed but for dates, which are ISO: report_ts_et (the report's stamp with
    its Eastern offset), game_date, game_time, matchup, team, player_name, current_status, reason; what is not printed
    is empty. Raises Unreadable."""
    report = read_report(body, reader)
    stamp = report.report_ts.astimezone(EASTERN).isoformat()
    return [
        {"report_ts_et": stamp, **row.to_dict(), "game_date": _read_date(row.game_date).isoformat()}
        for row in report.rows
    ]


def _read_date(printed: str) -> date:
    return datetime.strptime(printed, "%m/%d/%Y").date()


def _to_frame(report: Report) -> pl.DataFrame:
    rows = report.rows
    is_player = [row.reason != NOT_SUBMITTED for row in rows]
    columns: dict[str, list[object]] = {
        "report_ts": [report.report_ts] * len(rows),
        "game_date": [_read_date(row.game_date) for row in rows],
        "game_time": [row.game_time for row in rows],
        "matchup": [row.matchup for row in rows],
        "team": [row.team for row in rows],
        "entry": [_entry(row) for row in rows],
        "player_name": [row.player_name or None for row in rows],
        "current_status": [row.current_status or None for row in rows],
        "reason": [row.reason or None for row in rows],
        "row_kind": ["player" if player else "team_not_yet_submitted" for player in is_player],
    }
    return build_frame(TABLE, columns)


def _entry(row: Row) -> str:
    return row.player_name or NOT_SUBMITTED


REPORT = PayloadKind("injury report", 1, parse_report, is_pdf)
