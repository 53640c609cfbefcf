"""The sandbox league over HTTP, in every source's wire format, on a clock that can be moved."""
