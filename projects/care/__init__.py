"""What visits, help plans, self-care assessments, exits and re-reviews share: the household's guard and its history."""
