"""Units of the catalogue that the rules of points do not count as they are."""

LESSON = "课时"
"""The base unit of trainings that are counted by class hours; others (lectures) are counted by number."""
LESSON_MINUTES = 45
"""Minutes of a class hour."""
