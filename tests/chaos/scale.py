"""How much chaos: a sample with every test run, all of it with `make chaos` (CHAOS=whole)."""

import os

IS_WHOLE = os.environ.get("CHAOS") == "whole"
EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES") or (2000 if IS_WHOLE else 20))
