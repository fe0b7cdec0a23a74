"""One self-contained HTML page out of story, audience and insight."""
