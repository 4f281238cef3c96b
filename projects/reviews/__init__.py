"""Re-review (回头看): a draw among refused and exited households that nobody can steer, re-checks, readmission."""
