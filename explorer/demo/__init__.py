"""The embedded study: drawn scenes, their captions, and simulated brains with a known answer."""
