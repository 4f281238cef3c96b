"""Help plans (一户一策): who leads, who answers for it, measures with dates, the yearly evaluation."""
