"""Station `systems` of the house."""
