"""Visits, help plans, self-care assessments, exits and re-reviews."""
