"""Settings of the whole test suite."""

from hypothesis import settings

# Every run tries the same things, so nothing has to be kept on disk; and nothing here is timed.
settings.register_profile("driftline", database=None, deadline=None, derandomize=True, print_blob=True)
settings.load_profile("driftline")
