"""Story and audience joined: what holds viewers, what loses them, and what to change."""
