"""From files to disk: only what changed, all of a directory at once, and only what is ours."""
