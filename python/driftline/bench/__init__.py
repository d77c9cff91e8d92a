"""What ticks cost on this machine, beside the same loop in plain Python."""

from driftline.bench.suite import DifferentDecisions, Figure, Report, run

__all__ = ["DifferentDecisions", "Figure", "Report", "run"]
