"""Projects: who runs them, where and from when to when."""
