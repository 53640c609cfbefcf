"""Whom a key names at a cut: the one person whose decision stands then; nobody where two do."""

from __future__ import annotations

from datetime import datetime

from tests.properties.oracle.facts import Knowledge, grouped, known

WITHDRAWN = "alias-withdrawn"


def named(view: Knowledge, kind: str, key: str, cut: datetime) -> int | None:
    """The id that a key names at a cut; the decision on each id that came last says whether it stands."""
    decisions = [row for row in view.rows("identity") if row["kind"] == kind and row["source_key"] == key]
    standing = []
    for (nba_id,), rows in grouped(known(decisions, cut), ["nba_id"]).items():
        last = max(rows, key=lambda row: (row["available_ts"], row["ingested_ts"], row["as_of_ts"]))
        if not last["rule"].startswith(WITHDRAWN):
            standing.append(nba_id)
    return standing[0] if len(standing) == 1 else None
