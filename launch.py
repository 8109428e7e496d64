"""Open the app: ``python launch.py [STUDY]``, or ``panel serve launch.py``."""

from explorer.app.start import main

main()
