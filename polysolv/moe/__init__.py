"""Station `moe` of the house."""
