"""Plain values: the nouns of Hookline.  Standard library only."""
