"""Divisions (行政区划): 12-digit codes of provinces, cities, counties, towns and villages.

A code says where it lies: its first 2, 4, 6, 9 or 12 digits are shared by everything below it. A retired code
stays as a row, is never given to another place, and names its successor.
"""
