"""Where a value came from: the line of a spec, an environment or a blueprint, or a builder."""
