# METADATA
# title: Caches are where a container may write
# custom:
#   severity: warning
#   kinds: [pods]
#   rows: [S05]
package security.cache_not_writable

import data.lib.pods

# Settings by which libraries of models learn where to keep what they fetched or compiled.
_caches := {
	"HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "HF_DATASETS_CACHE", "TORCH_HOME",
	"XDG_CACHE_HOME", "TRITON_CACHE_DIR", "VLLM_CACHE_ROOT", "NUMBA_CACHE_DIR", "MPLCONFIGDIR", "TMPDIR",
}

deny contains {
	"msg": sprintf("container `%v` cannot write to `%v`, where %v points: its root file system is read-only and no volume is mounted there", [container.name, setting.value, setting.name]),
	"route": pods.below(container.route, ["env", index, "value"]),
	"help": "mount an `emptyDir` there, or name a directory on one that is mounted",
} if {
	some container in pods.containers
	container.pod.kind in pods.plain
	container.value.securityContext.readOnlyRootFilesystem == true
	some index, setting in pods.sequence(container.value, "env")
	setting.name in _caches
	startswith(setting.value, "/")
	not _writable(container, setting.value)
}

_writable(container, path) if {
	some mount in pods.sequence(container.value, "volumeMounts")
	object.get(mount, "readOnly", false) != true
	is_string(mount.mountPath)
	startswith(sprintf("%s/", [path]), sprintf("%s/", [trim_suffix(mount.mountPath, "/")]))
}
