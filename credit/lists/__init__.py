"""The red list and the black list: entries with their term. Publishing a natural person is off by default."""
