"""Publicity (公示): what is proposed is shown before it is decided, and anybody may object."""
