"""From plan to manifests: one module for each kind, a literal that reads like the YAML it becomes.

A builder is a module of `model/`, `platform/` or `argocd/` with one public function,
`build(plan)`, which returns the object, or `None` where the plan asks for none. The module's name
is the builder's name and, with dashes, the name of the file.
"""
