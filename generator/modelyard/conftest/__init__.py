"""conftest's commands `test` and `verify`: the same flags, verdicts, formats and exit codes.

Facts: conftest 0.71.1, read and run. Nothing here evaluates policies; that is `modelyard.policy`.

Where it differs on purpose: what conftest passes over in silence is told on standard error; results
come in one order, that of arguments and rules; whole numbers are written without an exponent; line
ends in messages for GitHub and Azure are escaped, and messages steer no terminal and no build; broken
XML is an error; nothing is downloaded; formats that only conftest reads are refused by name.
"""
