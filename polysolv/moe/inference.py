"""The noun `Inference`: what was asked of a fit beyond its standard errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

from polysolv.moe.bootstrap import Bootstrap
from polysolv.moe.intervals import Intervals
from polysolv.moe.likelihood_ratio import LikelihoodRatioTest


@dataclass(frozen=True)
class Inference:
    """Intervals, draws and tests that were asked of a fit; tables, reports and files show them.

    Args:
        intervals: one for each (method, level) asked for, the last asked last.
        bootstrap: the last draws, or None.
        tests: one for each pair of numbers of experts.
    """

    intervals: tuple[Intervals, ...] = ()
    bootstrap: Bootstrap | None = None
    tests: tuple[LikelihoodRatioTest, ...] = ()

    def with_intervals(self, found: Intervals) -> Inference:
        """Return the same with more intervals, in place of those of the same method and level."""
        kept = [old for old in self.intervals if (old.method, old.level) != (found.method, found.level)]
        return replace(self, intervals=(*kept, found))

    def with_bootstrap(self, found: Bootstrap) -> Inference:
        """Return the same with other draws; intervals made of earlier ones go."""
        kept = tuple(old for old in self.intervals if old.method != "bootstrap")
        return replace(self, bootstrap=found, intervals=kept)

    def with_test(self, found: LikelihoodRatioTest) -> Inference:
        """Return the same with one more test, in place of an earlier one of the same numbers of experts."""
        pair = (found.k_null, found.k_alternative)
        kept = [old for old in self.tests if (old.k_null, old.k_alternative) != pair]
        return replace(self, tests=(*kept, found))
