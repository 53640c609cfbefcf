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
