"""Assistance received (已获救助记录) from any source, and the guard against helping twice unknowingly."""
