"""The manifests of a model; which of them a kind of model has, its blueprint lists."""
