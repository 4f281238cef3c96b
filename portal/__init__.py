"""Floor 5: what crosses all features. Nothing below imports it."""
