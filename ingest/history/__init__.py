"""The history archive, import format version 1: parquet files to bronze and silver."""

from ingest.history.importer import check_history, import_history
from ingest.history.summary import FileReport, ImportSummary, TableReport

__all__ = ["FileReport", "ImportSummary", "TableReport", "check_history", "import_history"]
