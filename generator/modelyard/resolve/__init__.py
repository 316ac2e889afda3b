"""From spec, blueprint and environment to a plan: every default decided, nothing clamped."""
