"""The load scenario."""
