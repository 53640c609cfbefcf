"""The code of runs, kept in the lake: one wheel for each code version, made from the sources that are running."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import json
import platform
import stat
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from lakehouse.digest import bytes_digest, canonical_json
from lakehouse.errors import LakeDamaged
from lakehouse.lake import Lake
from lakehouse.provenance import locked_versions, read_sources, sources_version
from lakehouse.tables import get_table
from pipeline.tampering import altered_files

CODE = "ops.code"
# The earliest instant a zip archive can name.
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class KeptCode:
    """A row of `ops.code`; `libraries` is decoded."""

    code_version: str
    wheel_name: str
    wheel: bytes
    wheel_sha256: str
    libraries: Mapping[str, str]
    python: str
    kept_ts: datetime

    def to_frame(self) -> pl.DataFrame:
        """The code as one row of `ops.code`."""
        row = {**vars(self), "libraries": canonical_json(dict(self.libraries))}
        return pl.DataFrame([row], schema=get_table(CODE).columns)


def running_code(kept_ts: datetime) -> KeptCode:
    """The code as it lies here now, with the versions of what it needs."""
    sources = read_sources()
    name, wheel = make_wheel(sources)
    return KeptCode(
        code_version=sources_version(sources),
        wheel_name=name,
        wheel=wheel,
        wheel_sha256=bytes_digest(wheel),
        libraries=locked_versions(),
        python=platform.python_version(),
        kept_ts=kept_ts,
    )


def unkept_code(lake: Lake, versions: Sequence[str]) -> KeptCode | None:
    """The running code, where one of these code versions is its own and the lake does not hold it yet.

    Sources that were changed while a run was at work are no longer those that made it, and are not kept as if.
    """
    held = lake.scan(CODE).select("code_version").collect()["code_version"].to_list()
    if all(version in held for version in versions):
        return None
    code = running_code(lake.clock.now())
    return code if code.code_version in versions and code.code_version not in held else None


def read_code(lake: Lake, code_version: str) -> KeptCode | None:
    """The code version as the lake keeps it, or None; raises LakeDamaged where it is not what was kept."""
    altered = altered_files(lake, lake.pins(), (CODE,))
    if altered:
        # Decoding a broken Parquet file can take the process down.
        raise LakeDamaged(
            f"Code {code_version} cannot be taken from {altered[0]}, which is not what was written; run `pretip doctor`."
        )
    rows = lake.scan(CODE).filter(pl.col("code_version") == code_version).collect()
    if rows.is_empty():
        return None
    # Two processes that publish at once may both keep the code.
    row = rows.sort("kept_ts", "wheel_sha256").row(0, named=True)
    kept_ts = row["kept_ts"].astimezone(UTC)
    code = KeptCode(**{**row, "libraries": json.loads(row["libraries"]), "kept_ts": kept_ts})
    if bytes_digest(code.wheel) != code.wheel_sha256:
        raise LakeDamaged(
            f"The wheel {code.wheel_name} of code {code_version} is not the one that was kept; run `pretip doctor`."
        )
    return code


def make_wheel(sources: Mapping[str, bytes]) -> tuple[str, bytes]:
    """File name and bytes of a wheel (PEP 427) of the sources; the same sources give the same bytes.

    Metadata and entry points are those of the installed distribution.
    """
    version, metadata, entry_points = _distribution()
    info = f"pretip-{version}.dist-info"
    files = {
        **dict(sorted(sources.items())),
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: pretip\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": entry_points.encode(),
    }
    record = [f"{path},sha256={_record_digest(data)},{len(data)}" for path, data in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, _STAMP)
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return f"pretip-{version}-py3-none-any.whl", sink.getvalue()


def _distribution() -> tuple[str, str, str]:
    """Version, metadata and entry points of the installed distribution; the least that will do, where there is none."""
    try:
        found = importlib.metadata.distribution("pretip")
    except importlib.metadata.PackageNotFoundError:
        return "0", "Metadata-Version: 2.1\nName: pretip\nVersion: 0\n", ""
    metadata = found.read_text("METADATA") or found.read_text("PKG-INFO") or ""
    return found.version.replace("-", "_"), metadata, found.read_text("entry_points.txt") or ""


def _record_digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
