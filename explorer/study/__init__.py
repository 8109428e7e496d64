"""The study: its schema, its files, alignment by label. Nothing else writes into a study."""
