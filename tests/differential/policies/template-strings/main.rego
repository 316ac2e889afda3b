package main

deny contains $"{input.kind} {input.metadata.name} is denied"

warn contains $"{count(input)} keys, {1 + 2}, {input.nothing}, \{braces}"
