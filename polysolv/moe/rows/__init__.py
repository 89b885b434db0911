"""Rows that are made when they are needed: row i is a function of (seed, replicate, i), nothing is stored."""
