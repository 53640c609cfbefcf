"""Payloads saved compressed."""

from __future__ import annotations

import zlib

from lakehouse.errors import Unreadable

# More than any source sends, and little enough to hold.
LARGEST = 256 * 1024 * 1024
_MAGIC = b"\x1f\x8b"


def unpack(body: bytes, name: str, largest: int = LARGEST) -> bytes:
    """The bytes themselves, or what a gzip file holds; raises Unreadable for a broken or an endless one."""
    if not body.startswith(_MAGIC):
        return body
    reader = zlib.decompressobj(wbits=31)
    try:
        plain = reader.decompress(body, largest)
    except zlib.error as error:
        raise Unreadable(f"{name} is not a whole gzip file ({error}); get it again.") from None
    if reader.unconsumed_tail:
        raise Unreadable(f"{name} unpacks to more than {largest:,} bytes; it is no payload of a source.")
    if not reader.eof:
        raise Unreadable(f"{name} is a gzip file that ends too early; get it again.")
    return plain
