"""Visits: the rota by household category, the form for phones, what was found and what follows."""
