# METADATA
# title: Models are loaded without running their code
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [I07]
package models.unsafe_loading

import data.lib.pods

_flags := `(^|\s)--(trust[-_]remote[-_]code|allow[-_]pickle)(=?$|=(?i:true|1|yes)\b|\s|$)|\b(allow_pickle|trust_remote_code|dangerously_allow_\w+)\s*=\s*True\b|\bweights_only\s*=\s*False\b`

_switches := {
	"TRUST_REMOTE_CODE", "HF_TRUST_REMOTE_CODE", "VLLM_TRUST_REMOTE_CODE", "ALLOW_PICKLE",
	"VLLM_ALLOW_INSECURE_SERIALIZATION", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD",
}

deny contains {
	"msg": sprintf("container `%v` runs code that comes with the model: `%s`", [container.name, flag]),
	"route": pods.below(container.route, [key, index]),
	"help": "remove it; serve weights in safetensors or ONNX, with the model's code in the image",
} if {
	some container in pods.containers
	some key in ["command", "args"]
	words := pods.sequence(container.value, key)
	some index, text in words
	flag := trim_space(regex.find_n(_flags, text, 1)[0])
	not _denied(words, index, text)
}

deny contains {
	"msg": sprintf("container `%v` runs code that comes with the model: %s is on", [container.name, setting.name]),
	"route": pods.below(container.route, ["env", index, "value"]),
	"help": "remove it; serve weights in safetensors or ONNX, with the model's code in the image",
} if {
	some container in pods.containers
	some index, setting in pods.sequence(container.value, "env")
	setting.name in _switches
	lower(setting.value) in {"true", "1", "yes", "on"}
}

# Loading a pickle runs what is written in it. One whose checksum is verified is the one that was meant.
deny contains {
	"msg": sprintf("container `%v` loads a pickle that nobody verifies: loading it runs what is in it", [container.name]),
	"route": pods.below(container.route, ["env", index, "value"]),
	"help": "save the model as ONNX or safetensors, or verify its sha256 where it is fetched",
} if {
	some container in pods.containers
	some index, setting in pods.sequence(container.value, "env")
	regex.match(`(?i)MODEL|WEIGHTS|ARTIFACT|SOURCE|STORAGE`, setting.name)
	regex.match(_pickle, setting.value)
	not _is_verified(container.pod)
}

deny contains {
	"msg": sprintf("container `%v` loads a pickle that nobody verifies: loading it runs what is in it", [container.name]),
	"route": pods.below(container.route, [key, index]),
	"help": "save the model as ONNX or safetensors, or verify its sha256 where it is fetched",
} if {
	some container in pods.containers
	not container.pod.kind in pods.batch
	some key in ["command", "args"]
	some index, text in pods.sequence(container.value, key)
	not contains(text, "\n")
	regex.match(_pickle, text)
	not _is_verified(container.pod)
}

_pickle := `(?i)[\w/-]\.(pkl|pickle|joblib|dill)$`

# The value stands in the next word.
_denied(words, index, text) if {
	startswith(text, "--")
	lower(words[index + 1]) in {"false", "0", "no"}
}

_is_verified(pod) if {
	some container in pods.containers_of(pod)
	some key in ["command", "args"]
	some text in container.value[key]
	regex.match(`(?i)sha(256|512)(sum)?|checksum|cosign`, text)
}
