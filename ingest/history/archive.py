"""Reading an archive: its bytes, its rows, and the refusal of a file that breaks its schema."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.history.files import ArchiveRow
from ingest.history.registry import FILES
from lakehouse.digest import bytes_digest, frame_digest
from lakehouse.errors import BadInput

ENDING = ".parquet"
_WORDS = {
    "nullability": "is null",
    "min": "is below the smallest value allowed",
    "max": "is above the largest value allowed",
    "min_length": "is too short",
    "regex": "does not have the expected form",
    "check": "is not one of the values the format knows",
    "nan": "is not a number",
    "inf": "is infinite",
}
# Of several rules that a value breaks, these say best what is wrong: NaN is above every largest value too.
_PLAIN = ("|nullability", "|nan", "|inf")


@dataclass(frozen=True)
class ArchivedFile:
    """A file of the archive, as its bytes."""

    name: str
    body: bytes
    sha256: str


@dataclass(frozen=True)
class Archive:
    """The files of a folder: those the format knows, by name, and the names of the others."""

    files: tuple[ArchivedFile, ...]
    ignored: tuple[str, ...]


def open_archive(folder: Path) -> Archive:
    """The files of a folder, in the order of the format; raises BadInput when it holds none that can be read."""
    if not folder.is_dir():
        raise BadInput(f"There is no folder {str(folder)!r}; give the folder that holds the archive's parquet files.")
    try:
        entries = sorted(path.name for path in folder.iterdir())
        bodies = {name: (folder / f"{name}{ENDING}").read_bytes() for name in FILES if f"{name}{ENDING}" in entries}
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be read ({error.strerror}); make it a readable file.") from None
    if not bodies:
        raise BadInput(f"{str(folder)!r} holds no file of the history archive, such as games.parquet; give its folder.")
    known = tuple(ArchivedFile(name, body, bytes_digest(body)) for name, body in bodies.items())
    ignored = tuple(entry for entry in entries if entry.removesuffix(ENDING) not in bodies)
    return Archive(known, ignored)


def read_frame(file: ArchivedFile) -> pl.DataFrame:
    """The rows of a file as they are; raises BadInput when its bytes are not parquet."""
    try:
        return pl.read_parquet(io.BytesIO(file.body))
    except (pl.exceptions.PolarsError, OSError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(
            f"{file.name}{ENDING} is not a readable parquet file ({first.rstrip('.')}); get it again or write it anew."
        ) from None


def digest_content(frame: pl.DataFrame) -> str:
    """Digest of a file's rows that a shuffled copy shares; nested and exotic columns count as their JSON text."""
    flat = frame.select(_flatten(name, frame.schema[name]) for name in sorted(frame.columns))
    return frame_digest(flat, flat.columns)


def validate(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that the format reads, with `row_number`; raises BadInput naming file, column and row."""
    schema = FILES[name].schema
    numbered = frame.drop("row_number", strict=False).with_row_index("row_number", offset=1)
    rows = numbered.with_columns(pl.col("row_number").cast(pl.Int64))
    for column, declared in schema.columns().items():
        if column not in rows.columns:
            raise BadInput(f"{name}{ENDING} lacks column {column} ({declared.dtype}) from row 1 on; add it.")
        if rows.schema[column] != declared.dtype:
            raise BadInput(
                f"{name}{ENDING}, column {column}, from row 1 on: the type is {rows.schema[column]} and must be "
                f"{declared.dtype}; write the column with that type."
            )
    read = rows.select(schema.column_names())
    _refuse_broken(name, schema, read)
    return read


def _refuse_broken(name: str, schema: type[ArchiveRow], rows: pl.DataFrame) -> None:
    _, failure = schema.filter(rows)
    if not len(failure):
        return
    details = failure.details()
    keys = schema.primary_key()
    repeated = rows.filter(~rows.select(keys).select(pl.struct(keys).is_first_distinct()).to_series()) if keys else rows
    broken: list[tuple[int, bool, str]] = []
    for rule in failure.counts():
        # Both rows of a repeated key fail; the second is the one to name.
        bad = repeated if rule == "primary_key" else details.filter(pl.col(rule) == "invalid")
        if len(bad):
            broken.append((bad.select(pl.col("row_number").min()).item(), not rule.endswith(_PLAIN), rule))
    row, _, rule = min(broken)
    column, what = _describe(rule, keys)
    value = "" if rule == "primary_key" else f" ({rows.row(row - 1, named=True)[column]!r})"
    raise BadInput(
        f"{name}{ENDING}, row {row}, column {column}{value}: {what}; correct or remove that row, nothing was imported."
    )


def _describe(rule: str, keys: list[str]) -> tuple[str, str]:
    if rule == "primary_key":
        return keys[-1], f"the key ({', '.join(keys)}) comes a second time"
    column, _, check = rule.partition("|")
    if check:
        return column, _WORDS.get(check, f"breaks the rule {check}")
    column, _, words = rule.partition("__")
    return column, words.replace("_", " ")


def _flatten(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_nested():
        return pl.struct(column).struct.json_encode().alias(name)
    if (dtype.is_numeric() and not dtype.is_decimal()) or isinstance(dtype, (pl.Boolean, pl.String, pl.Binary)):
        return column
    if isinstance(dtype, (pl.Date, pl.Datetime)):
        return column
    return column.cast(pl.String)
