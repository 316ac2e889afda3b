package main

deny_division contains sprintf("%v", [1 / 0])

deny_json contains json.unmarshal("{")

warn_substring contains substring("abc", -1, 2)

warn_type contains sprintf("%v", [input.kind + 1]) if input.kind

warn_ok contains "ok"

warn_regex contains "bad regex" if regex.match("(", input.kind)

warn_time contains time.parse_rfc3339_ns("never")

warn_b64 contains base64.decode("%%")
