"""Things to draw with. They know pixels, and no study or selection."""
