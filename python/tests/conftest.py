"""Settings of the whole test suite."""

from hypothesis import settings

# Failures are printed with what reproduces them, so nothing has to be kept on disk; and nothing here is timed.
settings.register_profile("driftline", database=None, deadline=None, print_blob=True)
settings.load_profile("driftline")
