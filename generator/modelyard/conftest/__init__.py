"""conftest's commands `test` and `verify`: the same flags, verdicts, formats and exit codes.

Facts: conftest 0.71.1, read and run. Nothing here evaluates policies; that is `modelyard.policy`.
"""
