"""The NBA's official injury reports: `SOURCE` collects them, `read_report` and `parse_rows` read a PDF."""

from __future__ import annotations

from ingest.injuries.parser import REPORT, parse_report, parse_rows
from ingest.injuries.report import Report, read_report
from ingest.injuries.rows import Row
from ingest.injuries.source import SOURCE

__all__ = ["REPORT", "SOURCE", "Report", "Row", "parse_report", "parse_rows", "read_report"]
