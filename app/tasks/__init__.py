"""What waits for somebody of the staff, over all features: each feature says what waits, the work queue shows it."""
