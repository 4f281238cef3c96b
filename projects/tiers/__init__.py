"""Who approves up to which sum: the dated table by thing, region and level."""
