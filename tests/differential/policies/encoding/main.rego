package main

warn contains base64.encode(input.metadata.name)

warn contains base64.decode(input.data[key]) if some key

deny contains sprintf("%s is no base64", [key]) if {
	some key, text in input.data
	not base64.is_valid(text)
}

warn contains sprintf("%v", [yaml.unmarshal(text)]) if some text in input.stringData

warn contains json.marshal(input)

warn contains yaml.marshal(input.metadata)

warn contains urlquery.encode_object({"a": ["1", "2"], "b": "x y"})

warn contains hex.encode("abc")

warn contains crypto.sha256(input.metadata.name)

warn contains crypto.md5("x")

warn contains base64url.encode_no_pad("??>>")
