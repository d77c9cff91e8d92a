"""`python -m driftline` is the command `driftline`."""

import sys

from driftline.cli import main

if __name__ == "__main__":
    sys.exit(main())
