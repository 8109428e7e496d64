"""One file per family of models; they do not import one another."""
