"""Making a run again, in a fresh process and from its manifest alone, and saying whether the bytes are the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import polars as pl

from lakehouse.clock import FixedClock
from lakehouse.errors import NotReproduced
from lakehouse.gate import Pins
from lakehouse.lake import Lake
from lakehouse.provenance import code_version, fingerprint
from lakehouse.tables import get_table
from pipeline.code import read_code
from pipeline.compute import RunResult, compute_run, output_digest
from pipeline.environment import last_line, open_environment, run_pretip
from pipeline.executor import Processes
from pipeline.record import RunRecord, read_record
from pipeline.request import RunRequest
from pipeline.run import reader
from pipeline.tampering import altered_files

Verdict = Literal["identical", "differs", "code differs", "fingerprint differs"]


@dataclass(frozen=True)
class Difference:
    """An output that came out different; `largest` is the largest absolute difference of a number in it, if any."""

    output: str
    recorded: str
    computed: str
    column: str | None = None
    largest: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class Reproduction:
    """What came of making a run again. Only the same code on the same kind of machine can be identical.

    `code_version` is the run's own; `recorded` says that the code kept in the lake was asked to make it, `made` whether
    the run was made again at all, and `note` what there is to say of the code.
    """

    run_id: str
    verdict: Verdict
    differences: tuple[Difference, ...]
    provenance: Mapping[str, tuple[str, str]]
    altered: tuple[str, ...]
    digests: Mapping[str, str]
    step_seconds: Mapping[str, float]
    code_version: str = ""
    recorded: bool = False
    made: bool = True
    note: str = ""

    @property
    def is_identical(self) -> bool:
        """Whether every digest is equal, under the same code and fingerprint."""
        return self.verdict == "identical"

    @property
    def has_failed(self) -> bool:
        """Whether an output differs, a file it was made from is not what was written, or it could not be made."""
        return bool(self.differences or self.altered or not self.made)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        differences = [vars(difference) for difference in self.differences]
        return {**vars(self), "differences": differences, "provenance": dict(self.provenance)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Reproduction:
        """The result that `to_dict` of this or another version gave; what is unknown here is left out."""
        known = {field.name: plain[field.name] for field in fields(cls) if field.name in plain}
        known["differences"] = tuple(_known_difference(difference) for difference in plain["differences"])
        known["provenance"] = {name: (then, now) for name, (then, now) in plain["provenance"].items()}
        known["altered"] = tuple(plain["altered"])
        return cls(**known)


@dataclass(frozen=True)
class _Recomputed:
    result: RunResult
    code_version: str
    fingerprint: dict[str, str]


def reproduce(lake: Lake, run_id: str) -> Reproduction:
    """Computes a stored run again and compares digests; writes nothing, and reads its outputs only to explain.

    The fresh process is told the request, pins and model of the manifest, and nothing of its outputs. Raises
    UnknownName for an unknown run.
    """
    record = read_record(lake, run_id)
    # Altered bytes can still give equal outputs, or no answer at all: what the run read is looked at first.
    altered = altered_files(lake, record.request.pins or Pins(0, {}))
    if altered:
        return Reproduction(record.run_id, "differs", (), {}, altered, {}, {}, record.code_version, made=False)
    try:
        again = next(Processes(1).run(_recompute, [(lake.root, record.request)]))
    except Exception as error:
        if record.code_version == code_version():
            raise
        why = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        return _unmade(record, f"Run {record.run_id} could not be made here ({why}); {_other_code(record)}.")
    differences = tuple(_differences(lake, record, again.result))
    provenance = _changed(record, again)
    verdict: Verdict = "differs" if differences else "identical"
    if provenance:
        verdict = "code differs" if "code_version" in provenance else "fingerprint differs"
    return Reproduction(
        record.run_id,
        verdict,
        differences,
        provenance,
        (),
        again.result.digests,
        again.result.step_seconds,
        record.code_version,
        note=_other_code(record) if verdict == "code differs" else "",
    )


def reproduce_recorded(lake: Lake, run_id: str) -> Reproduction:
    """Has a stored run computed again by the very code that made it, out of the lake, and gives what that code said.

    Where the lake does not keep the code, or the libraries it ran with are not to be had, nothing is computed and the
    verdict is `code differs`. Writes nothing but the environment in the user's cache folder. Raises UnknownName for an
    unknown run, LakeDamaged for a kept wheel that was altered, NotReproduced where the kept code fails.
    """
    record = read_record(lake, run_id)
    code = read_code(lake, record.code_version)
    if code is None and record.code_version == code_version():
        return replace(reproduce(lake, run_id), note="the lake does not keep its code, which is the code here")
    try:
        if code is None:
            raise NotReproduced(f"its code, {record.code_version}, is not kept in this lake.")
        home = open_environment(code)
    except NotReproduced as refusal:
        return _unmade(record, f"Run {record.run_id} was not made again: {refusal}", recorded=True)
    done = run_pretip(home, ["--lake", str(lake.root.resolve()), "reproduce", record.run_id, "--json"])
    if done.returncode not in (0, NotReproduced.exit_code) or not done.stdout.strip():
        said = last_line(done.stderr).removeprefix("pretip: ")
        raise NotReproduced(f"Run {record.run_id} could not be made again by its own code: {said}")
    found = Reproduction.from_dict(json.loads(done.stdout))
    note = f"made again by code {record.code_version}, as the lake keeps it"
    return replace(found, code_version=record.code_version, recorded=True, note=note)


def _recompute(job: tuple[Path, RunRequest]) -> _Recomputed:
    root, request = job
    lake = reader(Lake.open(root, FixedClock(request.run_ts)), request.run_ts)
    return _Recomputed(compute_run(lake, request), code_version(), fingerprint())


def _unmade(record: RunRecord, note: str, recorded: bool = False) -> Reproduction:
    """A run that was not made again, because its code is not the code at hand."""
    provenance = {"code_version": (record.code_version, code_version())}
    return Reproduction(
        record.run_id, "code differs", (), provenance, (), {}, {}, record.code_version, recorded, made=False, note=note
    )


def _other_code(record: RunRecord) -> str:
    return (
        f"it was made by code {record.code_version}, and this is {code_version()}; "
        f"`pretip reproduce {record.run_id} --recorded` can try it with the code that made it"
    )


def _known_difference(plain: Mapping[str, Any]) -> Difference:
    return Difference(**{field.name: plain[field.name] for field in fields(Difference) if field.name in plain})


def _changed(record: RunRecord, again: _Recomputed) -> dict[str, tuple[str, str]]:
    then = {"code_version": record.code_version, **record.fingerprint}
    now = {"code_version": again.code_version, **again.fingerprint}
    names = sorted({*then, *now})
    return {name: (then.get(name, ""), now.get(name, "")) for name in names if then.get(name) != now.get(name)}


def _differences(lake: Lake, record: RunRecord, again: RunResult) -> list[Difference]:
    found = []
    if (record.status, record.reasons) != (again.status, again.reasons):
        found.append(Difference("status", record.status, again.status, detail=" ".join(again.reasons)))
    for output in sorted({*record.digests, *again.digests}):
        recorded, computed = record.digests.get(output, "none"), again.digests.get(output, "none")
        if recorded != computed:
            found.append(_explain(lake, record, output, again.outputs.get(output), recorded, computed))
    return found


def _explain(
    lake: Lake, record: RunRecord, output: str, frame: pl.DataFrame | None, recorded: str, computed: str
) -> Difference:
    if frame is None:
        return Difference(output, recorded, computed, detail="not a stored output")
    stored = lake.scan(output).filter(pl.col("run_id") == record.run_id).drop("run_id", "run_ts").collect()
    if output_digest(stored) != recorded:
        detail = "the stored rows are not those the manifest vouches for"
        return Difference(output, recorded, computed, *largest_difference(stored, frame, output), detail)
    if len(stored) != len(frame):
        return Difference(output, recorded, computed, detail=f"{len(stored)} rows then, {len(frame)} now")
    return Difference(output, recorded, computed, *largest_difference(stored, frame, output))


def largest_difference(stored: pl.DataFrame, computed: pl.DataFrame, output: str) -> tuple[str | None, float | None]:
    """The number column that differs most between two frames of an output, on the rows both have, and by how much."""
    key = [name for name in get_table(output).fact if name != "run_id"]
    numbers = [name for name, dtype in computed.schema.items() if dtype.is_float()]
    both = stored.join(computed, on=key, how="inner", suffix="_again")
    if both.is_empty() or not numbers:
        return None, None
    most = both.select((pl.col(name) - pl.col(f"{name}_again")).abs().max() for name in numbers).row(0, named=True)
    column = max(numbers, key=lambda name: most[name] or 0.0)
    return column, most[column]
