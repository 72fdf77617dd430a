"""What can go wrong, with everything that was found."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Sequence


class Severity(enum.IntEnum):
    INFO = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True)
class Diagnostic:
    """One finding about the rules; ``code`` is explained in docs/diagnostics.md.

    ``line`` and ``column`` count from 1; both are 0 where the finding has no place in the text.
    """

    severity: Severity
    code: str
    message: str
    document: str
    line: int
    column: int
    kind: str
    namespace: str
    name: str
    path: str

    def __str__(self) -> str:
        place = f"{self.document}:{self.line}:{self.column}" if self.line else self.document
        resource = f" ({self.kind} {self.namespace}/{self.name})" if self.kind else ""
        return f"{place}: {self.severity.name.lower()}: {self.message} [{self.code}]{resource}"


class SluiceError(Exception):
    """Base of all errors of this package."""


class CompileError(SluiceError):
    """The rules do not compile. ``diagnostics`` holds every finding, not only the first."""

    def __init__(self, status: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(status, tuple(diagnostics))
        self.status = status
        self.diagnostics = tuple(diagnostics)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    def __str__(self) -> str:
        return "\n".join([self.status, *map(str, self.errors)])
