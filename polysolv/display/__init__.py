"""How a result shows itself: grids, formulas, tables in notebooks, and what all pictures share."""
