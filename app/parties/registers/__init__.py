"""The registers of parties: the tables of organisations, people and households that come in as spreadsheets."""
