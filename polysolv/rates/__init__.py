"""Station `rates` of the house."""
