"""The account of a tick's attempts: every one a row of `ops.scrapes`, one commit for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from ingest.http.request import Attempt, Request
from lakehouse.clock import iso
from lakehouse.commit import Batch
from lakehouse.lake import Lake
from lakehouse.tables import get_table


@dataclass
class Ledger:
    """Attempts and alerts not yet committed."""

    attempts: list[dict[str, object]] = field(default_factory=list)
    alerts: dict[tuple[datetime, str], str] = field(default_factory=dict)

    def has(self, scrape_id: str) -> bool:
        """Whether attempts under this id were noted."""
        return any(attempt["scrape_id"] == scrape_id for attempt in self.attempts)

    def note(
        self,
        scrape_id: str,
        request: Request,
        attempts: tuple[Attempt, ...],
        outcome: str,
        reason: str | None = None,
        sha256: str | None = None,
    ) -> None:
        """Notes the attempts at one question; the last came to `outcome`, those before it were retried."""
        for attempt in attempts:
            is_last = attempt is attempts[-1]
            self.attempts.append(
                {
                    "scrape_id": scrape_id,
                    "attempt": attempt.number,
                    "source": request.source,
                    "request": request.key,
                    "attempted_ts": attempt.attempted_ts,
                    "status": attempt.status,
                    "outcome": outcome if is_last else "retried",
                    "reason": reason if is_last else attempt.reason,
                    "body_sha256": sha256 if is_last else None,
                    "body_bytes": attempt.body_bytes,
                    "elapsed_seconds": attempt.elapsed_seconds,
                    "skew_seconds": attempt.skew_seconds,
                }
            )

    def alert(self, at: datetime, kind: str, message: str) -> None:
        """Notes something a person should know; of one kind at one instant the first stands."""
        self.alerts.setdefault((at, kind), message)

    def flush(self, lake: Lake, name: str) -> None:
        """Commits what was noted."""
        frames = {}
        if self.attempts:
            frames["ops.scrapes"] = pl.DataFrame(self.attempts, schema=get_table("ops.scrapes").columns)
        if self.alerts:
            rows = [{"alert_ts": at, "kind": kind, "message": message} for (at, kind), message in self.alerts.items()]
            frames["ops.alerts"] = pl.DataFrame(rows, schema=get_table("ops.alerts").columns)
        if frames:
            lake.commit(Batch(f"scrapes:{name}:{iso(lake.clock.now())}", "scrape", frames))
        self.attempts, self.alerts = [], {}
