"""What can become of a path, as `PathResult.return_code` says it."""

from __future__ import annotations

SUCCESS = "success"  # a finite end point
AT_INFINITY = "at_infinity"  # the path diverges
FAILED = "failed"  # tracked at all tolerances without a result
INTERRUPTED = "interrupted"  # left untracked: the time limit or Ctrl-C came first
EXCESS = "excess"  # ends in a zero of the squared-up system that is no zero of the given one
RETURN_CODES = (SUCCESS, AT_INFINITY, FAILED, INTERRUPTED, EXCESS)
