"""Headings and words by which spreadsheets are understood: rows that staff edit, and the list a new city begins with."""
