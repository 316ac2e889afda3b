# METADATA
# description: The pods and containers of an object of any kind, with their places.
package lib.pods

# Kinds whose pods end.
batch := {
	"Job", "CronJob", "ScaledJob", "Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate",
	"CronWorkflow", "RayJob", "PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "JAXJob",
	"PaddleJob", "JobSet",
}

# Kinds that run a pod as it is written: nothing is merged into it.
plain := {
	"Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController",
	"Job", "CronJob", "Rollout", "ScaledJob", "LeaderWorkerSet",
}

# Where a kind keeps pods with metadata and spec.
_templates := {
	"Pod": [[]],
	"Deployment": [["spec", "template"]],
	"StatefulSet": [["spec", "template"]],
	"DaemonSet": [["spec", "template"]],
	"ReplicaSet": [["spec", "template"]],
	"ReplicationController": [["spec", "template"]],
	"Job": [["spec", "template"]],
	"CronJob": [["spec", "jobTemplate", "spec", "template"]],
	"PodTemplate": [["template"]],
	"Rollout": [["spec", "template"]],
	"ScaledJob": [["spec", "jobTargetRef", "template"]],
	"LeaderWorkerSet": [
		["spec", "leaderWorkerTemplate", "leaderTemplate"],
		["spec", "leaderWorkerTemplate", "workerTemplate"],
	],
	"RayCluster": [["spec", "headGroupSpec", "template"]],
	"RayJob": [["spec", "rayClusterSpec", "headGroupSpec", "template"]],
	"RayService": [["spec", "rayClusterConfig", "headGroupSpec", "template"]],
	"Notebook": [["spec", "template"]],
}

# The same for every element of a list or value of a mapping, and what follows it.
_repeated_templates := {
	"RayCluster": {"every": ["spec", "workerGroupSpecs"], "then": ["template"]},
	"RayJob": {"every": ["spec", "rayClusterSpec", "workerGroupSpecs"], "then": ["template"]},
	"RayService": {"every": ["spec", "rayClusterConfig", "workerGroupSpecs"], "then": ["template"]},
	"PyTorchJob": {"every": ["spec", "pytorchReplicaSpecs"], "then": ["template"]},
	"TFJob": {"every": ["spec", "tfReplicaSpecs"], "then": ["template"]},
	"MPIJob": {"every": ["spec", "mpiReplicaSpecs"], "then": ["template"]},
	"XGBoostJob": {"every": ["spec", "xgbReplicaSpecs"], "then": ["template"]},
	"JAXJob": {"every": ["spec", "jaxReplicaSpecs"], "then": ["template"]},
	"PaddleJob": {"every": ["spec", "paddleReplicaSpecs"], "then": ["template"]},
	"JobSet": {"every": ["spec", "replicatedJobs"], "then": ["template", "spec", "template"]},
	"Experiment": {"every": ["spec", "templates"], "then": ["template"]},
}

# Where a kind has the fields of a pod's spec among its own.
_inlines := {
	"InferenceService": [["spec", "predictor"], ["spec", "transformer"], ["spec", "explainer"]],
	"LLMInferenceService": [["spec", "template"], ["spec", "worker"], ["spec", "prefill", "template"]],
	"ServingRuntime": [["spec"]],
	"ClusterServingRuntime": [["spec"]],
	"Workflow": [["spec"]],
	"WorkflowTemplate": [["spec"]],
	"ClusterWorkflowTemplate": [["spec"]],
	"CronWorkflow": [["spec", "workflowSpec"]],
}

# Where a workflow has its templates; what stands around them holds for each of them.
_workflows := {
	"Workflow": ["spec"],
	"WorkflowTemplate": ["spec"],
	"ClusterWorkflowTemplate": ["spec"],
	"CronWorkflow": ["spec", "workflowSpec"],
}

_lists := ["containers", "initContainers", "ephemeralContainers", "sidecars"]

_singles := ["container", "script", "model"]

# Every pod of the object that is asked about; none where it is not one object.
all := of(input)

# Every container of the object that is asked about.
containers := [container | some pod in all; some container in containers_of(pod)]

# Every pod of objects that are asked about together, with the number of its object.
released := [object.union(pod, {"index": index, "manifest": item.contents}) |
	is_array(input)
	some index, item in input
	some pod in of(item.contents)
]

# The pods of an object: `route` leads to the pod's spec, `metadata_route` to its metadata.
of(manifest) := array.concat(_templated(manifest), _inlined(manifest))

_templated(manifest) := [pod |
	some route in _template_routes(manifest)
	template := object.get(manifest, route, null)
	is_object(template.spec)
	metadata := mapping(template, "metadata")
	pod := {
		"kind": manifest.kind,
		"route": array.concat(route, ["spec"]),
		"spec": template.spec,
		"labels": mapping(metadata, "labels"),
		"annotations": mapping(metadata, "annotations"),
		"metadata_route": array.concat(route, ["metadata"]),
		"around": {},
	}
]

_template_routes(manifest) := array.concat(
	array.concat(
		[route | some route in _templates[manifest.kind]],
		[route |
			pattern := _repeated_templates[manifest.kind]
			some step, _ in object.get(manifest, pattern.every, [])
			route := array.concat(array.concat(pattern.every, [step]), pattern.then)
		],
	),
	[["spec", "predictors", predictor, "componentSpecs", step] |
		manifest.kind == "SeldonDeployment"
		some predictor, _ in manifest.spec.predictors
		some step, _ in manifest.spec.predictors[predictor].componentSpecs
	],
)

_inlined(manifest) := [pod |
	some route in _inline_routes(manifest)
	spec := object.get(manifest, route, null)
	is_object(spec)
	count({key | some key in array.concat(_lists, _singles); key in object.keys(spec)}) > 0
	[metadata, metadata_route] := _inline_metadata(manifest, spec, route)
	pod := {
		"kind": manifest.kind,
		"route": route,
		"spec": spec,
		"labels": mapping(metadata, "labels"),
		"annotations": mapping(metadata, "annotations"),
		"metadata_route": metadata_route,
		"around": _around(manifest),
	}
]

_inline_routes(manifest) := array.concat(
	[route | some route in _inlines[manifest.kind]],
	[route |
		workflow := _workflows[manifest.kind]
		every_template := array.concat(workflow, ["templates"])
		some step, _ in object.get(manifest, every_template, [])
		route := array.concat(every_template, [step])
	],
)

_inline_metadata(manifest, spec, route) := [metadata, array.concat(route, ["metadata"])] if {
	"metadata" in object.keys(spec)
	metadata := _filled(mapping(spec, "metadata"), mapping(manifest, "metadata"))
} else := [mapping(manifest, "metadata"), ["metadata"]]

_filled(first, second) := second if {
	first == {}
} else := first

_around(manifest) := found if {
	found := object.get(manifest, _workflows[manifest.kind], null)
	is_object(found)
} else := {}

# The containers of a pod: those of the pod, init, ephemeral and sidecar ones.
containers_of(pod) := array.concat(
	[container |
		some role in _lists
		is_array(pod.spec[role])
		some index, value in pod.spec[role]
		is_object(value)
		container := _container(pod, [role, index], value, role)
	],
	[container |
		_inlines[pod.kind]
		some role in _singles
		value := pod.spec[role]
		is_object(value)
		container := _container(pod, [role], value, role)
	],
)

_container(pod, steps, value, role) := {
	"route": array.concat(pod.route, steps),
	"value": value,
	"role": role,
	"name": object.get(value, "name", role),
	"pod": pod,
}

# A mapping within a mapping, or an empty one where there is something else.
mapping(value, key) := found if {
	found := value[key]
	is_object(found)
} else := {}

# A list within a mapping, or an empty one where there is something else.
sequence(value, key) := found if {
	found := value[key]
	is_array(found)
} else := []

# A field of a pod, or of the workflow around it.
setting(pod, key) := pod.spec[key]

setting(pod, key) := pod.around[key] if not key in object.keys(pod.spec)

# What holds of a container's security: its own word, or else its pod's.
security(container, key) := container.value.securityContext[key]

security(container, key) := setting(container.pod, "securityContext")[key] if {
	not key in object.keys(mapping(container.value, "securityContext"))
}

# Whether a pod runs on Linux, so far as it says.
linux(pod) if object.get(pod.spec, ["os", "name"], "linux") == "linux"

# Whether a container runs to its end before the others start.
is_init(container) if {
	container.role == "initContainers"
	object.get(container.value, "restartPolicy", "") != "Always"
}

# Whether a container serves as long as its pod runs.
is_main(container) if container.role in {"containers", "container", "script", "model"}

# A route with more steps.
below(route, steps) := array.concat(route, steps)

# Whether a path of the node is the socket of its container runtime, or the directory that holds it.
is_socket(path) if regex.match(
	`(^|/)(docker|containerd|crio|cri-dockerd|dockershim|podman)\.sock$|^(/var)?/run/(containerd|crio|docker)/?$`,
	path,
)
