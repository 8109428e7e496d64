"""Brain-language explorer."""
