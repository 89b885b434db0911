"""Engines of the likelihood: value, gradient and Hessian by NumPy, by numba on a CPU, or on a GPU."""
