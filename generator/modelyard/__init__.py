"""One YAML spec per ML model becomes a checked GitOps tree for every environment."""

__version__ = "0.1.0"
