"""Reading a body: unpacked as it comes, never further than its bound."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from ingest.http.failures import Again, Trouble

ENCODINGS = "gzip, deflate"
_EITHER = zlib.MAX_WBITS | 32
_RAW = -zlib.MAX_WBITS


def read_body(chunks: Iterable[bytes], encoding: str | None, max_bytes: int, host: str) -> bytes:
    """The body that the chunks hold, unpacked; raises Trouble where it is too large, packed otherwise or broken.

    No more than `max_bytes` are ever held: a small body that unpacks to a huge one is left as soon as it shows.
    """
    packing = (encoding or "identity").strip().lower()
    if packing in ("identity", ""):
        return _join(chunks, max_bytes, host)
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise Trouble(f"{host} answered in the encoding {packing[:40]!r}, which was not asked for")
    return _unpack(chunks, packing, max_bytes, host)


def _join(chunks: Iterable[bytes], max_bytes: int, host: str) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(host, max_bytes)
    return bytes(body)


def _unpack(chunks: Iterable[bytes], packing: str, max_bytes: int, host: str) -> bytes:
    body = bytearray()
    packed_bytes = 0
    unpacker = None
    for chunk in chunks:
        packed_bytes += len(chunk)
        # Packed bytes count too: a stream can go on for ever without unpacking to anything.
        if packed_bytes > max_bytes:
            raise _too_large(host, max_bytes)
        left = chunk
        while left:
            if unpacker is None or unpacker.eof:
                unpacker = zlib.decompressobj(_window(left, packing))
            try:
                body += unpacker.decompress(left, max_bytes + 1 - len(body))
            except zlib.error:
                raise _broken(host, packing) from None
            if len(body) > max_bytes:
                raise _too_large(host, max_bytes)
            left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if unpacker is None:
        return b""
    if not unpacker.eof:
        raise Trouble(f"{host} broke off the answer", again=Again.SOON, is_hosts_fault=True)
    return bytes(body)


def _window(head: bytes, packing: str) -> int:
    # "deflate" should mean zlib's format, but some servers send the bare stream (RFC 9110, 8.4.1.2).
    is_bare = packing == "deflate" and head[0] & 0x0F != 0x08
    return _RAW if is_bare else _EITHER


def _too_large(host: str, max_bytes: int) -> Trouble:
    return Trouble(f"{host} answered with more than {max_bytes:,} bytes")


def _broken(host: str, packing: str) -> Trouble:
    return Trouble(f"{host} answered with bytes that are not {packing}", again=Again.SOON, is_hosts_fault=True)
