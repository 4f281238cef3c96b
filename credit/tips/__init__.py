"""Tips: what other offices tell about false information; kept for the case, never published from here."""
