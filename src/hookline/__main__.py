"""``python -m hookline``."""

from __future__ import annotations

import sys

from hookline.cli import main

sys.exit(main())
