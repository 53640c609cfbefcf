"""The errors a person can meet: each message is one sentence that says what was wrong, where, and what to do."""

from __future__ import annotations


class PretipError(Exception):
    """Anything pretip refuses or cannot do; the CLI prints it as one line and exits with `exit_code`."""

    exit_code = 1


class BadInput(PretipError):
    """A file, a value or an option that cannot be used as given."""

    exit_code = 2


class UnknownName(PretipError):
    """A table, run or model that this lake does not hold."""

    exit_code = 3


class LakeBusy(PretipError):
    """Another process holds the writer lock."""

    exit_code = 4


class ForeignWriter(PretipError):
    """A table's head is not what the lake's log says: somebody else wrote to it."""

    exit_code = 5


class LakeDamaged(PretipError):
    """A file of the lake is missing or is not what was written."""

    exit_code = 6


class ClockError(PretipError):
    """An instant that no honest clock gives: naive, in the future, or behind the lake's log."""

    exit_code = 7


class StorageFull(PretipError):
    """The disk took no more bytes; the batch is not visible and can be run again."""

    exit_code = 8


class RunBlocked(PretipError):
    """A run that cannot be made from what was known, such as one without a model of its time."""

    exit_code = 9


class NotReproduced(PretipError):
    """A run that was computed again and came out different."""

    exit_code = 10


class FetchFailed(PretipError):
    """A source that did not answer, or answered with something other than what was asked for."""

    exit_code = 11


class AuthNeeded(PretipError):
    """A source that wants a session which is missing, wrong or expired."""

    exit_code = 12


class Unreadable(PretipError):
    """Bytes that are not of the kind they should be: a page instead of JSON, a cut file, an unreadable PDF page."""

    exit_code = 13


class ShapeChanged(Unreadable):
    """A payload of the right kind whose shape is not what its parser relies on; `path` says where."""

    def __init__(self, what: str, path: str, found: str) -> None:
        super().__init__(f"{what} changed its shape at {path}: {found}; the bytes are kept, the parser needs mending.")
        self.path = path


class StalePayload(PretipError):
    """A payload about another day, game or contest than the one asked for, or older than one already held."""

    exit_code = 14


class TrainingIncomplete(PretipError):
    """A training set that lacks rows which are due, outside the holes that were declared."""

    exit_code = 15


class LabelsMissing(PretipError):
    """Days with games of which not one has frozen labels."""

    exit_code = 16


class PromotionRefused(PretipError):
    """A model that misses its bands, or does worse than the one in use: stored, and not put to use."""

    exit_code = 17
