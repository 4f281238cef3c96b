"""Requests for aid (求助申请): from the first word of a family to a decision, and its service."""
