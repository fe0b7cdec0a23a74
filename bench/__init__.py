"""Benchmarks; each prints its figures with one command."""
