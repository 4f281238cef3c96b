"""Contributions: logged by an organisation, verified by staff of the region, awarded exactly once."""
