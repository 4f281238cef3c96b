"""The file of a household (一户一档): who belongs to it, and all that features know of it, on one page at two doors."""
