"""The series folder: what is there, what is derived, what is stale; runs the work in order."""
