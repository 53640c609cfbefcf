"""Who is on a team at a cut, by its newest roster report."""

from __future__ import annotations

import polars as pl

from lakehouse.gate import known_by, newest
from transforms.facts import CUT, Facts, attach_report, report_steps

_SIDE = [*CUT, "team_id"]


def rosters_known(view: Facts, sides: pl.LazyFrame) -> pl.LazyFrame:
    """The players of each team's newest roster report known at the cut, sorted by (game_id, cut_id, team_id, player_id).

    Columns: game_id, cut_id, team_id, player_id, player_name, is_two_way (null where the report does not say),
    report_ts, roster_as_of_ts, source, body_sha256. A report stands whole: whom a newer one leaves out is gone. A team
    without a report has no rows.
    """
    rows = view.rows("silver.rosters")
    by = ["team_id"]
    wanted = attach_report(sides.select(*_SIDE, "cut_ts"), report_steps(rows, by), by)
    known = known_by(rows, wanted, [*by, "report_ts"])
    return newest(known, [*_SIDE, "player_id"]).select(
        *_SIDE,
        "player_id",
        "player_name",
        (pl.col("role") == "two_way").alias("is_two_way"),
        "report_ts",
        pl.col("as_of_ts").alias("roster_as_of_ts"),
        "source",
        "body_sha256",
    )
