"""Station `experiments` of the house."""
