"""Decode, probe and encode video and sound."""
