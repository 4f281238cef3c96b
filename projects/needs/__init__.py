"""Needs of projects: which item, how much, how urgent."""
