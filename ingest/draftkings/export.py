"""The ZIP that a standings export comes in: one CSV, its size bounded before and while it is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib

from ingest.shapes import describe
from lakehouse.errors import Unreadable

# 150,000 entries are some 30 MB.
MAX_BYTES = 256 * 1024 * 1024
_WHAT = "A standings export"
# What zipfile raises on damaged archives, besides its own error.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    LookupError,
)


def unpack(body: bytes, max_bytes: int = MAX_BYTES) -> tuple[str | None, bytes]:
    """The name of the CSV and its bytes; a body that is not packed is the CSV itself, without a name.

    Raises Unreadable for a damaged archive, one of several files, and one whose file is larger than `max_bytes`.
    """
    if not body.startswith(b"PK"):
        return None, body
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if len(members) != 1:
                raise Unreadable(
                    f"{_WHAT} holds {len(members)} files, not one; the source answered with something else."
                )
            with archive.open(members[0]) as file:
                # The archive's own word for the size may be false: what is read is what is counted.
                data = file.read(max_bytes + 1)
            name = members[0].filename
    except _DAMAGE as error:
        raise Unreadable(f"{_WHAT} is {describe(body)} that cannot be unpacked: {error}.") from None
    if len(data) > max_bytes:
        raise Unreadable(f"{_WHAT} unpacks to more than {max_bytes:,} bytes; it is left alone.")
    return name, data
