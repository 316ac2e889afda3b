"""Mending what can certainly be mended, in the text that people wrote."""
