"""The command line: parses, draws, and computes nothing."""
