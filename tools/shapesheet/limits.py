"""What one check may use."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field

SECONDS = 60.0
GIBIBYTE = 1024**3
MEMORY = 4 * GIBIBYTE


def cores() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover - the tests run on Linux


@dataclass(frozen=True)
class Limits:
    """What workers may use.

    Attributes:
        jobs: How many run side by side.
        seconds: How long one call may take.
        memory: How many bytes one worker may allocate beyond what the libraries took.
    """

    jobs: int = field(default_factory=cores)
    seconds: float = SECONDS
    memory: int = MEMORY
