"""Doubtful ends of paths, followed in multiple precision."""
