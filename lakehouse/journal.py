"""The journal: a batch is written here whole and synced before any table is touched, so that it can be finished."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from lakehouse.digest import bytes_digest, canonical_json, text_digest
from lakehouse.errors import LakeDamaged
from lakehouse.faults import Faults
from lakehouse.storage import LocalStorage

PLAN = "plan.json"


@dataclass(frozen=True)
class Plan:
    """What an unfinished batch still has to do, fixed before its first table is written.

    `bases` is the version each written table had; `frames` the SHA-256 of each table's journalled rows; `compacted`
    tables are rewritten instead of appended to.
    """

    seq: int
    instant_ms: int
    clock_ms: int
    batch_id: str
    kind: str
    versions: dict[str, int]
    bases: dict[str, int]
    frames: dict[str, str]
    compacted: tuple[str, ...] = ()

    def versions_after(self) -> dict[str, int]:
        """Visible version of every table once the batch is in."""
        return {**self.versions, **{table: base + 1 for table, base in self.bases.items()}}


class Journal:
    """At most one batch, sealed by its plan file."""

    def __init__(self, storage: LocalStorage, faults: Faults) -> None:
        self._storage = storage
        self._faults = faults

    def write(self, plan: Plan, frames: dict[str, pl.DataFrame]) -> Plan:
        """Stores the frames, then the plan that seals them; returns the plan with the frames' digests."""
        self._storage.clear_journal()
        self._storage.journal.mkdir(parents=True)
        self._faults.reach("journal.opened")
        digests = {}
        for table, frame in frames.items():
            data = _ipc(frame)
            digests[table] = bytes_digest(data)
            self._storage.write_durable(self._storage.journal / f"{table}.arrow", data)
            self._faults.reach("journal.framed")
        sealed = Plan(**{**asdict(plan), "frames": digests, "compacted": plan.compacted})
        body = canonical_json(asdict(sealed))
        self._storage.write_durable(self._storage.journal / PLAN, f"{text_digest(body)}\n{body}".encode())
        self._faults.reach("journal.sealed")
        return sealed

    def pending(self) -> Plan | None:
        """The sealed batch that was not finished, or None; raises LakeDamaged where the seal is broken."""
        path = self._storage.journal / PLAN
        if not path.exists():
            return None
        digest, _, body = path.read_bytes().partition(b"\n")
        if digest.decode(errors="replace") != bytes_digest(body):
            raise LakeDamaged(f"The journal's plan {path} is damaged; run `pretip doctor --repair` to set it aside.")
        fields: dict[str, Any] = json.loads(body)
        return Plan(**{**fields, "compacted": tuple(fields["compacted"])})

    def frame(self, plan: Plan, table: str) -> pl.DataFrame:
        """A journalled frame; raises LakeDamaged where its bytes are not the ones that were sealed."""
        path = self._storage.journal / f"{table}.arrow"
        data = path.read_bytes() if path.exists() else b""
        if bytes_digest(data) != plan.frames[table]:
            raise LakeDamaged(f"The journal's rows {path} are damaged; run `pretip doctor --repair` to set them aside.")
        return pl.read_ipc(io.BytesIO(data))


def _ipc(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.rechunk().write_ipc(sink, compression="uncompressed")
    return sink.getvalue()
