"""Rego, the language of policies: text to functions, and functions over values."""
