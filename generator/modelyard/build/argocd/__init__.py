"""The manifests by which Argo CD syncs an environment."""

BUILDERS = ("project", "applications")
"""In reading order."""
