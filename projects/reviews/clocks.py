"""How re-reviews are named in other features' rows."""

DRAW = "review_draw"
ITEM = "review_item"
PERCENT = "reexamination.percent"
