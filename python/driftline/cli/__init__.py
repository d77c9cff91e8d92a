"""The command line: `driftline replay`, `driftline explain`, `driftline bench`."""

from driftline.cli.entry import main

__all__ = ["main"]
