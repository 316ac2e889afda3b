# METADATA
# title: Only the device plugin says which GPUs a container sees
# custom:
#   severity: error
#   kinds: [pods]
#   rows: [G11]
package gpu.visible_devices

import data.lib.pods

deny contains {
	"msg": sprintf("container `%v` sees GPUs that it did not ask for: NVIDIA_VISIBLE_DEVICES is `%v`, and it has no GPU among its limits", [container.name, setting.value]),
	"route": pods.below(container.route, ["env", index, "value"]),
	"help": "remove the variable; ask for a GPU by `nvidia.com/gpu` under `resources.limits`",
} if {
	some container in pods.containers
	some index, setting in pods.sequence(container.value, "env")
	setting.name == "NVIDIA_VISIBLE_DEVICES"
	is_string(setting.value)
	not lower(setting.value) in {"", "none", "void"}
	not _has_gpu(container)
}

_has_gpu(container) if {
	some name, _ in container.value.resources.limits
	regex.match(`/(gpu|mig-|pgpu|vgpu)`, name)
}

_has_gpu(container) if count(container.value.resources.claims) > 0

# The model's runtime may ask for it.
_has_gpu(container) if container.role == "model"
