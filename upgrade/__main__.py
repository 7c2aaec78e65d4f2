"""Checks Python's version before it imports the updater, which an older Python could not even parse.

This file itself must stay readable for every Python 3 from 3.6 on.
"""

import sys

NEEDED = (3, 11)

if sys.version_info[:2] < NEEDED:
    print(
        f"This version of the template needs Python {NEEDED[0]}.{NEEDED[1]} or newer for an upgrade; this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}. Nothing was changed. Run upgrade.py with a newer Python.",
        file=sys.stderr,
    )
    sys.exit(2)

from upgrade.command import main  # noqa: E402

sys.exit(main())
