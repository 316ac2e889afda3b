package main

settings := json.unmarshal(input.metadata.annotations["example.com/settings"])

deny contains msg if {
	settings.replicas > 5
	msg := sprintf("too many: %v", [json.marshal(settings)])
}

deny contains "settings are no JSON" if {
	text := input.metadata.annotations["example.com/settings"]
	not json.is_valid(text)
}
