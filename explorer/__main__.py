"""``python -m explorer``."""

import sys

from explorer.app.start import main

sys.exit(main())
