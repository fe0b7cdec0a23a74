"""Speed and truth, measured: ``./dev bench`` runs all of it, ``./dev bench NAME`` one."""
