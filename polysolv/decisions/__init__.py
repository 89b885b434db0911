"""Station `decisions` of the house."""
