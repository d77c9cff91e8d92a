"""The report of the load scenario."""
