"""Makes the trained weights that Hookline ships, from data with a permissive licence."""
