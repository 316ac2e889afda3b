# METADATA
# title: Models are pinned to a version
# custom:
#   severity: error
#   kinds: [pods, SeldonDeployment]
#   rows: [I06]
package models.unpinned_artifact

import data.lib.pods

# Where an object names a model, and what it says.
_named contains {"text": value, "route": pods.below(container.route, ["env", index, "value"]), "uri": uri} if {
	some container in pods.containers
	some index, setting in pods.sequence(container.value, "env")
	value := setting.value
	is_string(value)
	uri := regex.match(`(?i)(MODEL|STORAGE|ARTIFACT|WEIGHTS|CHECKPOINT)S?_(URI|URL)$`, object.get(setting, "name", ""))
}

_named contains {"text": text, "route": pods.below(container.route, [key, index]), "uri": false} if {
	some container in pods.containers
	some key in ["command", "args"]
	some index, text in pods.sequence(container.value, key)
	is_string(text)
}

_named contains {"text": text, "route": ["spec", part, "model", "storageUri"], "uri": true} if {
	input.kind == "InferenceService"
	some part in ["predictor", "transformer", "explainer"]
	text := input.spec[part].model.storageUri
}

_named contains {"text": text, "route": ["spec", "predictor", format, "storageUri"], "uri": true} if {
	input.kind == "InferenceService"
	some format in ["sklearn", "xgboost", "tensorflow", "pytorch", "onnx", "triton", "huggingface", "pmml", "lightgbm"]
	text := input.spec.predictor[format].storageUri
}

_named contains {"text": text, "route": ["spec", "predictors", index, "graph", "modelUri"], "uri": true} if {
	input.kind == "SeldonDeployment"
	some index, _ in input.spec.predictors
	text := input.spec.predictors[index].graph.modelUri
}

_hub := `\bhf://[\w.-]+/[\w.-]+`

_stage := `\bmodels:/[^/\s@]+/(latest|Production|Staging|Archived|None)\b`

_moving := `\b(s3|gs|gcs|abfss?|wasbs?|https?|oci|r2|az)://\S*/(latest|current|main|master|newest)(/|\s|$)`

_branch := `\bgit\+\S+@(main|master|HEAD|develop|dev)\b|\bgit(hub|lab)?[^\s]*[?&]ref=(main|master|HEAD|develop|dev)\b`

_faults(text) := {fault |
	some fault, pattern in {
		"it names a stage, which another version may enter": _stage,
		"its path names no version but whatever is newest": _moving,
		"it follows a branch": _branch,
	}
	contains(text, ":")
	regex.match(pattern, text)
}

deny contains {
	"msg": sprintf("`%s` is not pinned: %s", [_shown(found.text), fault]),
	"route": found.route,
	"help": "name one version, as a path with a number, `models:/ranker/7` or a commit",
} if {
	some found in _named
	some fault in _faults(found.text)
}

deny contains {
	"msg": sprintf("`%s` is not pinned: it names no revision", [_shown(found.text)]),
	"route": found.route,
	"help": "write the commit: `hf://organisation/model@1a2b3c4`, or KServe's `hf://organisation/model:1a2b3c4`",
} if {
	some found in _named
	contains(found.text, "hf://")
	some address in regex.find_n(`\bhf://\S+`, found.text, -1)
	regex.match(_hub, address)
	not regex.match(`^hf://[\w.-]+/[\w.-]+[@:][\w.-]+`, address)
	count(_faults(found.text)) == 0
}

deny contains {
	"msg": sprintf("`%s` is not pinned: its path has no version", [_shown(found.text)]),
	"route": found.route,
	"help": "keep each version under a path of its own, as `…/v1.0.0/`, and name that",
} if {
	some found in _named
	found.uri
	regex.match(`^(s3|gs|gcs|abfss?|wasbs?|r2)://[^/\s]+/[^\d\s${]*$`, found.text)
	count(_faults(found.text)) == 0
}

# Servers of language models fetch what the Hub has at the moment, unless they are told a revision.
deny contains {
	"msg": sprintf("`%s` is not pinned: the server takes whatever the Hub has when it starts", [name]),
	"route": pods.below(container.route, [key, index]),
	"help": "add `--revision` with a commit, or serve weights that were fetched and verified before",
} if {
	some container in pods.containers
	words := array.concat(pods.sequence(container.value, "command"), pods.sequence(container.value, "args"))
	some key in ["command", "args"]
	some index, text in pods.sequence(container.value, key)
	name := _hub_model(pods.sequence(container.value, key), index, text)
	count({word | some word in words; is_string(word); contains(word, "--revision")}) == 0
	count({setting | some setting in pods.sequence(container.value, "env"); setting.name in {"REVISION", "HF_REVISION"}}) == 0
	_serves_language(container, words)
}

_hub_model(_, _, text) := name if {
	name := regex.replace(text, `^--(model|model-id|model-path)=`, "")
	name != text
	_is_hub_name(name)
}

_hub_model(words, index, text) := text if {
	index > 0
	words[index - 1] in {"--model", "--model-id", "--model-path", "serve"}
	_is_hub_name(text)
}

_is_hub_name(text) if regex.match(`^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$`, text)

_serves_language(container, _) if regex.match(`(?i)vllm|text-generation-inference|sglang|tgi|lmdeploy`, container.value.image)

_serves_language(_, words) if {
	some word in words
	regex.match(`(?i)\bvllm\b|sglang|text-generation-launcher`, word)
}

_shown(text) := text if {
	count(text) <= 60
	not regex.match(`[\n@]`, text)
} else := "the address of the model"
