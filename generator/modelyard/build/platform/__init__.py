"""The manifests of an environment itself."""

BUILDERS = ("namespace", "quota", "container_defaults", "default_deny", "mutual_tls")
"""In reading order."""
