"""Station `certificates` of the house."""
