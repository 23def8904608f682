"""MiniStack as Imprint needs it: a fork in the form of patches. It reaches into private functions, so it fits one version exactly.

Each module is one repair, or a part of the durable state. `tests/ministack_imprint` has a test for each that fails without it, and that shows the
fault in MiniStack itself: when a newer version has mended that, the test says that the repair can go. `local/emulator.py` applies them.
"""

VERSION = "1.5.33"
