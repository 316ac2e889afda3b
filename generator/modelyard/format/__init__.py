"""Plain values as text: YAML and JSON that every reader understands alike, always the same."""
