"""Self-care assessments by a published scale, and the care agreements of dispersed destitute persons."""
