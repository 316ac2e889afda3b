"""What is wrong with a tree: against schemas, and against the specs that it was rendered from."""
