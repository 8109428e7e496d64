"""The app: layout, controls, server, command line. No science."""
