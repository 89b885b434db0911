"""Second-order relations among the derivatives of any density, at one true atom or at several at once.

Source: observed-algebra page §5 and §6. Modules here need SymPy and python-flint, and load them when asked.
"""
