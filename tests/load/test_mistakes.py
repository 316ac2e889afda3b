"""Every mistake is refused in one run, once, at its line and column, with what to write instead.

The table below is the catalogue: one row is one mistake in an otherwise sound repository.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modelyard.load import facts
from modelyard.resolve import rules
from modelyard.scaffold.repository import init
from tests.conftest import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FRAUD = "models/fraud-detection.yaml"
DEMAND = "models/demand-forecast.yaml"
SUPPORT = "models/support-assistant.yaml"
CHURN = "models/churn.yaml"
PRODUCTION = "environments/production.yaml"
DEV = "environments/dev.yaml"
EDGE = "environments/edge.yaml"
SETTINGS = "modelyard.yaml"
SCORING = "blueprints/scoring/blueprint.yaml"

CHURN_TEXT = """\
apiVersion: modelyard/v1
kind: Model
metadata:
  name: churn
  team: growth
  description: Predicts which customers will leave.
spec:
  blueprint: realtime
  serving:
    resources:
      requests: {cpu: 250m, memory: 512Mi}
      limits: {memory: 1Gi}
  objectives:
    errors: {max: 5%}
releases:
  v1: {image: "registry.example.com/growth/churn:v1"}
  v2: {image: "registry.example.com/growth/churn:v2"}
environments:
  edge:
    release: v1
"""
EDGE_TEXT = """\
apiVersion: modelyard/v1
kind: Environment
metadata:
  name: edge
  description: A small cluster in a shop, with little beside the models.
spec:
  cluster: {server: "https://edge.example.com:6443", kubernetes: "1.34", domain: cluster.local}
  namespace: ml-edge
  images: {registries: [registry.example.com], pin: tag}
  dns:
    namespace: kube-system
    podLabels: {k8s-app: kube-dns}
  monitoring:
    prometheus:
      namespace: monitoring
      serviceAccount: prometheus
      podLabels: {app.kubernetes.io/name: prometheus}
    labels: {release: prometheus}
    interval: 30s
    runbooks: https://runbooks.example.com/models
    dashboards:
      labels: {grafana_dashboard: "1"}
  quota: {pods: 20}
  containerDefaults:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: "1", memory: 512Mi}
  argocd: {namespace: argocd, revision: refs/heads/main, sync: manual, keepOnDeletion: true}
  defaults:
    serving:
      requestTimeout: 5s
"""
SCORING_TEXT = """\
apiVersion: modelyard/v1
kind: Blueprint
metadata:
  name: scoring
  description: Scores events as they come.
spec:
  extends: realtime
  runtimes:
    triton:
      description: NVIDIA Triton.
      ignores: [serving.vllm]
      requires: [serving.gpu]
  defaults:
    serving:
      requestTimeout: 5s
  variants:
    - when: {serving.runtime: triton}
      defaults:
        serving: {port: 8001}
"""

DEEP = "[" * 70 + "]" * 70
LONG = "a" * 60
DIGEST = "8c3f1a6d5e4b7a9081726354a5b6c7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e"
IMAGE = f"registry.example.com/risk/fraud-model:v1.2.3@sha256:{DIGEST}"
CALLER = "{namespace: production, serviceAccount: api-service}"
OPERATIONS = "    operations:\n      - {methods: [POST], paths: [/predict]}\n"
WEIGHTS = "      uri: s3://models/fraud-detection/v1.2.3/model.joblib\n"
SHA = "      sha256: 1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\n"
PORT = "    port: 8080\n"
FILES = "      files: [username, password]\n"
PATCHED = "\npatches:\n  - target: {{kind: {}}}\n    merge: {{{}}}\n\nreleases:"

Row = tuple[str, str, str | None, str, str, str, str, str]
"""What it is; file, old and new text; the finding's rule; the line with » before its column; what the
message says; what the help says."""

# fmt: off
SYNTAX: list[Row] = [
    ("a tab", FRAUD, "    port: 8080", "\tport: 8080", "yaml/syntax", "»\tport", "tab character", "indent with spaces"),
    ("an open bracket", FRAUD, "methods: [POST]", "methods: [POST", "yaml/syntax", "methods: »[POST", "',' or ']'", "close the bracket"),
    ("an open brace", FRAUD, "memory: 80}", "memory: 80", "yaml/syntax", "autoscaling: »{min: 2", "',' or '}'", "close the brace"),
    ("a colon in text", FRAUD, "description: Scores", "description: Scores: it", "yaml/syntax", "Scores»: it", "mapping values are not allowed", "quote a value that holds `: `"),
    ("a missing colon", FRAUD, "    port: 8080", "    port 8080", "yaml/syntax", "»resources:", "could not find expected ':'", "a key ends in a colon"),
    ("too little indentation", FRAUD, "    port: 8080", "   port: 8080", "yaml/syntax", "   »port: 8080", "did not find expected key", "compare the indentation"),
    ("a per cent sign in front", FRAUD, "errors: {max: 1%}", "errors: {max: %1}", "yaml/syntax", "max: »%1", "cannot start any token", "quote a value that starts with `%`"),
    ("a backtick in front", FRAUD, "LOG_LEVEL: info", "LOG_LEVEL: `info`", "yaml/syntax", "LOG_LEVEL: »`info`", "cannot start any token", "quote a value that starts with a backtick"),
    ("a duplicate key", FRAUD, "    loadTime: 45s", "    loadTime: 45s\n    loadTime: 50s", "yaml/duplicate-key", "    »loadTime: 50s", "key `loadTime` is written twice, first in line 19", "leave one of them out"),
    ("a duplicate key in braces", FRAUD, "{min: 3, max: 20}", "{min: 3, max: 20, min: 4}", "yaml/duplicate-key", "max: 20, »min: 4", "key `min` is written twice", "leave one of them out"),
    ("an alias", FRAUD, "liveness: /health, readiness: /ready}", "liveness: &h /health, readiness: *h}", "yaml/alias", "readiness: »*h", "alias `*h` is not allowed", "write the value out"),
    ("a merge key", FRAUD, "      LOG_LEVEL: info", "      <<: {A: b}", "yaml/alias", "»<<: {A: b}", "merge keys (`<<`) are not allowed", "write the keys out"),
    ("a tag", FRAUD, "LOG_LEVEL: info", "LOG_LEVEL: !!str 5", "yaml/tag", "LOG_LEVEL: »!!str", "tag `tag:yaml.org,2002:str` is not allowed", "leave the tag out"),
    ("a tag of Python's", FRAUD, "LOG_LEVEL: info", "LOG_LEVEL: !!python/name:os.system x", "yaml/tag", "LOG_LEVEL: »!!python", "is not allowed", "leave the tag out"),
    ("a list as a key", FRAUD, "LOG_LEVEL: info", "? [a, b]\n      : c", "yaml/key", "? »[a, b]", "a key must be text", "write a word"),
    ("a number as a key", SUPPORT, '"2026-10":\n    image', "1.20:\n    image", "yaml/key", "  »1.20:", "`1.20` is not text as a key", 'quote it: "1.20"'),
    ("a truth value as a key", FRAUD, "LOG_LEVEL: info", "true: c", "yaml/key", "»true: c", "`true` is not text as a key", 'quote it: "true"'),
    ("a control character", FRAUD, "team: risk", "team: ri\x1bsk", "yaml/character", "team: ri»\x1b", "U+001B", "delete it"),
    ("a line break of another YAML", FRAUD, "team: risk", "team: ri\u2028sk", "yaml/character", "team: ri»\u2028", "U+2028 ends a line for some readers of YAML", 'write it as "\\u2028"'),
    ("two mistakes in one scalar", FRAUD, "LOG_LEVEL: info", "LOG_LEVEL: !!str 0755", "yaml/tag", "LOG_LEVEL: »!!str", "is not allowed", "leave the tag out"),
    ("too deep, in brackets", FRAUD, "LOG_LEVEL: info", f"LOG_LEVEL: {DEEP}", "yaml/limit", f"LOG_LEVEL: {'[' * 64}»[", "nested deeper than 64", "no spec needs that"),
    ("too deep, in blocks", FRAUD, "\nreleases:", "\npatches:\n" + "".join("  " * i + "a:\n" for i in range(1, 80)) + "releases:", "yaml/limit", f"{'  ' * 64}»a:", "nested deeper than 64", "no spec needs that"),
    ("too many values", FRAUD, "\nreleases:", f"\npatches: [{'1,' * 110_000}]\nreleases:", "yaml/limit", "1,»1", "larger than", "no spec needs that"),
    ("too large", FRAUD, "\nreleases:", f"\n#{'x' * (1 << 20)}\nreleases:", "file/size", "»# yaml-language-server", "larger than 1 MiB", "split it"),
    ("two documents", FRAUD, "\nreleases:", "\n---\nreleases:", "spec/document", "»# yaml-language-server", "holds 2 documents", "one document a file"),
    ("an empty file", "models/nothing.yaml", None, "# nothing\n", "spec/document", "»# nothing", "is empty", "one document a file"),
    ("a list as a file", "models/nothing.yaml", None, "- a\n", "spec/document", "»- a", "must be one mapping", "one document a file"),
    ("another ending of the name", "models/nothing.yml", None, "a: b\n", "repository/layout", "»a: b", "must end in `.yaml`", "rename it to `nothing.yaml`"),
]

SURPRISES: list[Row] = [
    ("a leading zero for text", FRAUD, "LOG_LEVEL: info", "UMASK: 0755", "yaml/ambiguous", "UMASK: »0755", "`0755` is 755 in YAML 1.2 and 493 in YAML 1.1", 'write `755`, or quote it: "0755"'),
    ("a leading zero for a number", FRAUD, "port: 8080", "port: 08080", "yaml/ambiguous", "port: »08080", "`08080` is 8080 in YAML 1.2", "write `8080`"),
    ("an octal number", FRAUD, "LOG_LEVEL: info", "UMASK: 0o17", "yaml/ambiguous", "UMASK: »0o17", "15 in YAML 1.2 and text in YAML 1.1", 'quote it: "0o17"'),
    ("infinity", FRAUD, "LOG_LEVEL: info", "LIMIT: .inf", "yaml/ambiguous", "LIMIT: ».inf", "not a number that can be used", 'quote it: ".inf"'),
    ("a version as a number", FRAUD, "LOG_LEVEL: info", "VERSION: 1.20", "spec/type", "VERSION: »1.20", "`spec.serving.env.VERSION` must be text, got the number `1.20`", 'quote it: "1.20"'),
    ("an exponent for text", FRAUD, "LOG_LEVEL: info", "COMMIT: 1e3", "spec/type", "COMMIT: »1e3", "must be text, got the number `1e3`", 'quote it: "1e3"'),
    ("a hexadecimal number for text", FRAUD, "LOG_LEVEL: info", "MASK: 0x1F", "spec/type", "MASK: »0x1F", "must be text, got the number `0x1F`", 'quote it: "0x1F"'),
    ("a truth value for text", FRAUD, "LOG_LEVEL: info", "DEBUG: true", "spec/type", "DEBUG: »true", "must be text, got `true`", 'quote it: "true"'),
    ("nothing for text", FRAUD, "LOG_LEVEL: info", "DEBUG: ~", "spec/type", "DEBUG: »~", "must be text, got nothing", "write a value"),
    ("a release as a number", SUPPORT, 'production: {release: "2026-10"}', "production: {release: 1.20}", "spec/type", "release: »1.20", "`environments.production.release` must be a label value", 'quote it: "1.20"'),
    ("a label as a number", PRODUCTION, 'grafana_dashboard: "1"', "grafana_dashboard: 1", "spec/type", "grafana_dashboard: »1", "must be a label value", 'quote it: "1"'),
    ("a version of Kubernetes as a number", PRODUCTION, 'kubernetes: "1.34"', "kubernetes: 1.30", "spec/type", "kubernetes: »1.30", "must be a Kubernetes version, got the number `1.30`", 'quote it: "1.30"'),
    ("on for a truth value", PRODUCTION, "keepOnDeletion: true", "keepOnDeletion: on", "spec/type", "keepOnDeletion: »on", "`spec.argocd.keepOnDeletion` must be `true` or `false`, got the text `on`", "write `true`"),
    ("no for a truth value", PRODUCTION, "nativeSidecars: true", "nativeSidecars: no", "spec/type", "nativeSidecars: »no", "must be `true` or `false`, got the text `no`", "write `false`"),
    ("yes for the only truth value", SUPPORT, "{gateway: true}", "{gateway: yes}", "spec/value", "gateway: »yes", "must be `true`, got the text `yes`", "write `true`, or leave the key out"),
    ("an exponent for a whole number", FRAUD, "maxConnections: 500", "maxConnections: 1e3", "spec/type", "maxConnections: »1e3", "must be a whole number, got the number `1e3`", "write `1000`"),
    ("an underscore in a number", FRAUD, "maxConnections: 500", "maxConnections: 1_000", "spec/type", "maxConnections: »1_000", "must be a whole number, got the text `1_000`", "write `1000`"),
    ("a decimal point in a whole number", FRAUD, "maxConnections: 500", "maxConnections: 500.0", "spec/type", "maxConnections: »500.0", "must be a whole number, got the number `500.0`", "write `500`"),
    ("an endless number", FRAUD, "maxConnections: 500", f"maxConnections: {'9' * 5000}", "yaml/ambiguous", "maxConnections: »999", "is too large for a number", "quote it"),
]

KEYS: list[Row] = [
    ("a key that is misspelt", FRAUD, "    loadTime", "    loadtime", "spec/unknown-key", "    »loadtime", "unknown key `loadtime` in `spec.serving`", "did you mean `loadTime`?"),
    ("a required key that is misspelt", FRAUD, "\nreleases:", "\nrelaeses:", "spec/unknown-key", "»relaeses", "unknown key `relaeses`", "did you mean `releases`?"),
    ("a required key in braces", FRAUD, "weight: 10", "wieght: 10", "spec/unknown-key", "v1.3.0, »wieght", "unknown key `wieght` in `environments.production.canary`", "did you mean `weight`?"),
    ("a release's key", FRAUD, "    release: v1.2.3\n", "    relase: v1.2.3\n", "spec/unknown-key", "    »relase", "unknown key `relase` in `environments.production`", "did you mean `release`?"),
    ("a section of an environment", FRAUD, "    serving:\n      autoscaling", "    servign:\n      autoscaling", "spec/unknown-key", "    »servign", "unknown key `servign`", "did you mean `serving`?"),
    ("the blueprint's key", DEMAND, "  blueprint:", "  bluprint:", "spec/unknown-key", "  »bluprint", "unknown key `bluprint` in `spec`", "did you mean `blueprint`?"),
    ("a key of an item", FRAUD, "methods: [POST]", "method: [POST]", "spec/unknown-key", "{»method:", "unknown key `method` in `spec.access.operations[0]`", "did you mean `methods`?"),
    ("a key from elsewhere", FRAUD, PORT, "    image: x\n", "spec/unknown-key", "    »image: x", "unknown key `image` in `spec.serving`", "it belongs in `releases.<name>.image` or `spec.training.image`"),
    ("a key one level too high", FRAUD, "    serving:\n      autoscaling: {min: 3, max: 20}", "    replicas: 3", "spec/unknown-key", "    »replicas: 3", "unknown key `replicas` in `environments.production`", "it belongs in `spec.serving.replicas`"),
    ("a key from nowhere", FRAUD, PORT, "    zebra: 1\n", "spec/unknown-key", "    »zebra: 1", "unknown key `zebra` in `spec.serving`", "keys here: `args`, `autoscaling`"),
    ("a key that stands in itself", FRAUD, "errors: {max: 1%}", "errors: {errors: {max: 1%}, max: 1%}", "spec/unknown-key", "errors: {»errors", "unknown key `errors` in `spec.objectives.errors`", "it stands in itself: take the inner `errors:` out"),
    ("an empty key", FRAUD, "LOG_LEVEL: info", '"": info', "spec/value", '      »"": info', 'key `""` must be the name of an environment variable', "write for example `LOG_LEVEL`"),
    ("a missing section", FRAUD, "kind: Model\n", "", "spec/missing-key", "»apiVersion", "key `kind` is missing", "add `kind`: what this file is"),
    ("a missing key", DEMAND, 'requests: {cpu: "8", memory: 32Gi}', 'requests: {cpu: "8"}', "spec/missing-key", '»requests: {cpu: "8"}', "key `spec.training.resources.requests.memory` is missing", "add `memory`: memory: `4Gi`"),
    ("a missing blueprint", DEMAND, "  blueprint: realtime\n", "", "spec/missing-key", "»spec:", "key `spec.blueprint` is missing", "add `blueprint`"),
    ("a missing release", FRAUD, "staging: {release: v1.3.0}", "staging: {}", "spec/missing-key", "»staging: {}", "key `environments.staging.release` is missing", "add `release`: the release that runs"),
    ("another kind", FRAUD, "kind: Model\n", "kind: model\n", "spec/value", "kind: »model", "`kind` must be `Model`, got the text `model`", "did you mean `Model`?"),
    ("another version", FRAUD, "modelyard/v1\n", "modelyard/v2\n", "spec/value", "apiVersion: »modelyard/v2", "`apiVersion` must be `modelyard/v1`", "did you mean `modelyard/v1`?"),
]

TYPES: list[Row] = [
    ("text for a number", FRAUD, "port: 8080", 'port: "8080"', "spec/type", 'port: »"8080"', "`spec.serving.port` must be a whole number, got the text `8080`", "write `8080`"),
    ("a word for a number", FRAUD, "port: 8080", "port: http", "spec/type", "port: »http", "must be a whole number, got the text `http`", "The port that the server listens on."),
    ("nothing for a number", FRAUD, "port: 8080", "port:", "spec/type", "port:»", "must be a whole number, got nothing", "write a value"),
    ("nothing for a mapping", FRAUD, "staging: {release: v1.3.0}", "staging: {release: v1.3.0, canary: {release: v1.2.3, weight: 5, replicas: 1}, access: }", "spec/type", "access: »}", "must be a mapping, got nothing", "write its keys below it: `callers`, `operations`, `egress`"),
    ("a fraction for a number", FRAUD, "retries: 2", "retries: 2.5", "spec/type", "retries: »2.5", "must be a whole number, got the number `2.5`", "How often"),
    ("text for a share", FRAUD, "quantile: 0.99", 'quantile: "0.99"', "spec/type", 'quantile: »"0.99"', "must be a number, got the text `0.99`", "write `0.99`"),
    ("a percentage for a share", FRAUD, "quantile: 0.99", "quantile: 99%", "spec/type", "quantile: »99%", "must be a number, got the text `99%`", "write `0.99`"),
    ("text for a mapping", FRAUD, "probes: {liveness: /health, readiness: /ready}", "probes: /health", "spec/type", "probes: »/health", "`spec.serving.probes` must be a mapping, got the text `/health`", "write its keys below it: `liveness`, `readiness`"),
    ("text for a list", FRAUD, "methods: [POST]", "methods: POST", "spec/type", "methods: »POST", "`spec.access.operations[0].methods` must be a list, got the text `POST`", "write `[POST]`"),
    ("a mapping for a list", FRAUD, "egress:\n      - {endpoint", "egress:\n        {endpoint", "spec/type", "»egress:", "`spec.access.egress` must be a list, got a mapping", "begin each item with `- `"),
    ("a list for a mapping", DEV, "  defaults:\n    serving:\n      replicas: 1", "  defaults: [a]", "spec/type", "»defaults:", "`spec.defaults` must be a mapping, got a list", "Defaults for every model"),
    ("a word that is none of the choices", FRAUD, "tier: critical", "tier: kritical", "spec/value", "tier: »kritical", "must be `critical`, `standard` or `experimental`, got the text `kritical`", "did you mean `critical`?"),
    ("a method in lower case", FRAUD, "methods: [POST]", "methods: [post]", "spec/value", "methods: [»post", "`spec.access.operations[0].methods[0]` must be `GET`", "did you mean `POST`?"),
    ("an empty list", FRAUD, "methods: [POST]", "methods: []", "spec/value", "methods: »[]", "must have at least 1 item, got none", "HTTP methods."),
    ("an empty text", FRAUD, "description: Scores card transactions for fraud while the customer waits.", 'description: ""', "spec/value", 'description: »""', "must have at least 1 character, got none", "What the model does"),
    ("an endless text", FRAUD, "description: Scores", f"description: {'so ' * 200}", "spec/value", "description: »so", "must have at most 500 characters, got 654", "in one sentence"),
    ("a port that needs root", FRAUD, "port: 8080", "port: 80", "spec/value", "port: »80", "`spec.serving.port` must be at least 1024, got the number `80`", "The port"),
    ("root", FRAUD, PORT, "    user: 0\n", "spec/value", "user: »0", "must be at least 1000, got the number `0`", "never root"),
    ("a weight of everything", FRAUD, "weight: 10", "weight: 100", "spec/value", "weight: »100", "must be at most 99, got the number `100`", "in percent"),
    ("a share above one", FRAUD, "quantile: 0.99", "quantile: 99", "spec/value", "quantile: »99", "must be less than 1, got the number `99`", "write `0.99`"),
    ("a fraction of a GPU", SUPPORT, "gpu: {count: 2", "gpu: {count: 0.5", "spec/type", "count: »0.5", "`spec.serving.gpu.count` must be a whole number", "Whole GPUs"),
]

VALUES: list[Row] = [
    ("CPU with a space", FRAUD, "cpu: 500m", "cpu: 500 m", "spec/value", "cpu: »500 m", "`spec.serving.resources.requests.cpu` must be an amount of CPU, got `500 m`", "write `500m`"),
    ("CPU without thousandths", FRAUD, "cpu: 500m", "cpu: 5000", "spec/value", "cpu: »5000", "must be at most 1024 cores, got `5000`", "write `5000m`"),
    ("no CPU", FRAUD, "cpu: 500m", "cpu: 0", "spec/value", "cpu: »0", "must be more than zero, got `0`", "write for example `500m`"),
    ("memory with a B", FRAUD, "memory: 1Gi", "memory: 1GB", "spec/value", "memory: »1GB", "must be an amount of memory, got `1GB`", "write `1Gi`"),
    ("memory in thousandths", FRAUD, "memory: 1Gi", "memory: 512m", "spec/value", "memory: »512m", "must be an amount of memory, got `512m`", "`m` means thousandths; write `512Mi`"),
    ("memory without a unit", FRAUD, "memory: 1Gi", "memory: 512", "spec/value", "memory: »512", "must be at least 1Mi, got `512`", "write the unit: `512Mi`"),
    ("a quota in terabytes", PRODUCTION, "requests.memory: 4Ti", "requests.memory: 4TB", "spec/value", "requests.memory: »4TB", '`spec.quota["requests.memory"]` must be a quantity, got `4TB`', "write `4Ti`"),
    ("an average of nothing", SUPPORT, 'waiting: "4"', "waiting: 0", "spec/value", "waiting: »0", "must be more than zero, got `0`", "write for example `4`"),
    ("a duration without a unit", FRAUD, "loadTime: 45s", "loadTime: 45", "spec/type", "loadTime: »45", "`spec.serving.loadTime` must be a duration, got the number `45`", "write the unit: `45s`, or `45ms`"),
    ("a duration in words", FRAUD, "loadTime: 45s", "loadTime: 45 seconds", "spec/value", "loadTime: »45 seconds", "must be a duration, got `45 seconds`", "write `45s`"),
    ("a duration with a fraction", FRAUD, "loadTime: 45s", "loadTime: 1.5h", "spec/value", "loadTime: »1.5h", "must be a duration, got `1.5h`", "write `1h30m`"),
    ("a duration upside down", FRAUD, "loadTime: 45s", "loadTime: 30m1h", "spec/value", "loadTime: »30m1h", "must be a duration, got `30m1h`", "write `1h30m`"),
    ("a duration of nothing", FRAUD, "loadTime: 45s", "loadTime: 0s", "spec/value", "loadTime: »0s", "must be longer than zero, got `0s`", "write for example `30s`"),
    ("a duration without end", FRAUD, "loadTime: 45s", "loadTime: 99999999d", "spec/value", "loadTime: »99999999d", "must be at most 3650d", "write for example `30s`"),
    ("a percentage without its sign", FRAUD, "{min: 0.85", "{min: 85", "spec/value", "{min: »85", "`spec.objectives.accuracy.min` must be a share from 0 to 1, or a percentage, got `85`", "write `85%`"),
    ("a surge above everything", FRAUD, PORT, "    rollout: {maxSurge: 150%}\n", "spec/value", "maxSurge: »150%", "must be a whole number or a percentage, got `150%`", "write for example"),
    ("a path without its slash", FRAUD, "paths: [/predict]", "paths: [predict]", "spec/value", "paths: [»predict", "`spec.access.operations[0].paths[0]` must be a path that starts with `/`", "write `/predict`"),
    ("a star inside a path", FRAUD, "paths: [/predict]", "paths: [/predict/*/x]", "spec/value", "paths: [»/predict/*/x", "with `*` only at its end, got `/predict/*/x`", "write for example `/predict`"),
    ("an address for a range", FRAUD, "{endpoint: feature-store}", "{cidr: 10.20.0.1/16, port: 443}", "spec/value", "cidr: »10.20.0.1/16", "must be a range of IP addresses, got the one address `10.20.0.1/16`", "write `10.20.0.0/16`"),
    ("a bare address", FRAUD, "{endpoint: feature-store}", "{cidr: 10.20.0.1, port: 443}", "spec/value", "cidr: »10.20.0.1", "must be a range of IP addresses, got `10.20.0.1`", "write `10.20.0.1/32`"),
    ("a schedule of four fields", DEMAND, '"0 3 * * 1"', '"0 3 * *"', "spec/value", 'schedule: »"0 3', "must be a cron schedule of five fields, got `0 3 * *`", "write for example `0 3 * * 1`"),
    ("a schedule at 25 o'clock", DEMAND, '"0 3 * * 1"', '"0 25 * * 1"', "spec/value", 'schedule: »"0 25', "`25` is no hour (0 to 23)", "write for example"),
    ("a seventh day", DEMAND, '"0 3 * * 1"', '"0 3 * * 7"', "spec/value", 'schedule: »"0 3', "`7` is no day of the week (0 to 6)", "Sunday is `0`"),
    ("a time zone with a space", DEMAND, "Europe/Berlin", "Europe Berlin", "spec/value", "timeZone: »Europe", "`spec.training.timeZone` must be a time zone, got `Europe Berlin`", "write for example `Europe/Berlin`"),
    ("a short digest", FRAUD, DIGEST, DIGEST[:12], "spec/value", "image: »registry.example.com/risk/fraud-model:v1.2.3", '`releases["v1.2.3"].image` must be an image reference', "64 hexadecimal digits"),
    ("an image in capitals", FRAUD, IMAGE, IMAGE.replace("risk", "Risk"), "spec/value", "image: »registry.example.com/Risk", "must be an image reference", f"repositories are lower-case: write `{IMAGE}`"),
    ("an image with a scheme", FRAUD, IMAGE, f"https://{IMAGE}", "spec/value", "image: »https://registry", "must be an image reference", f"leave the scheme out: write `{IMAGE}`"),
    ("a prefix of a digest", FRAUD, "sha256: 1f0e", "sha256: sha256:1f0e", "spec/value", "sha256: »sha256:1f0e", "must be 64 hexadecimal digits", "write `1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0`"),
    ("a way out of the store", FRAUD, "fraud-detection/v1.2.3/model", "../v1.2.3/model", "spec/value", "uri: »s3://models/../", "must not contain `..`", "write the path that is meant"),
    ("a short name of a branch", PRODUCTION, "refs/heads/main", "main", "spec/value", "revision: »main", "`spec.argocd.revision` must be a fully qualified branch or tag", "write `refs/heads/main`"),
    ("a URL without a scheme", PRODUCTION, "runbooks: https://", "runbooks: ", "spec/value", "runbooks: »runbooks.example.com/models", "must be a URL", "write `https://runbooks.example.com/models`"),
    ("a domain in capitals", PRODUCTION, "domain: cluster.local", "domain: Cluster.Local", "spec/value", "domain: »Cluster.Local", "must be a DNS name, got `Cluster.Local`", "write `cluster.local`"),
    ("a patch level of Kubernetes", PRODUCTION, 'kubernetes: "1.34"', "kubernetes: v1.34.2", "spec/value", "kubernetes: »v1.34.2", "must be a Kubernetes version, got `v1.34.2`", 'write "1.34"'),
    ("a port that is none", PRODUCTION, "ports: [6379]", "ports: [70000]", "spec/value", "ports: [»70000", "`spec.endpoints.feature-store.ports[0]` must be at most 65535", "Its ports"),
    ("an effect that is none", EDGE, "  quota:", "  pools: {l4: {product: l4, resource: nvidia.com/gpu, labels: {a: b}, taints: [{key: a, effect: Noschedule}], node: {cpu: 1, memory: 1Gi, gpus: 1}, maxNodes: 1}}\n  quota:", "spec/value", "effect: »Noschedule", "`spec.pools.l4.taints[0].effect` must be `NoSchedule`", "did you mean `NoSchedule`?"),
]

NAMES: list[Row] = [
    ("a name in capitals", FRAUD, "name: fraud-detection", "name: Fraud_Detection", "spec/value", "name: »Fraud_Detection", "`metadata.name` must be a name of at most 63 lower-case letters", "write `fraud-detection`"),
    ("another name than the file's", FRAUD, "name: fraud-detection", "name: fraud-detectoin", "spec/name", "name: »fraud-detectoin", "must be `fraud-detection`, the name of the file", "write `fraud-detection`, or rename the file"),
    ("another name than the directory's", SCORING, "name: scoring", "name: scorings", "spec/name", "name: »scorings", "must be `scoring`, the name of the directory", "rename the directory"),
    ("a name of a file in capitals", "models/Churn.yaml", None, CHURN_TEXT, "spec/name", "name: »churn", "must be `Churn`, the name of the file", "rename the file to `churn`"),
    ("a team that is no label", FRAUD, "team: risk", "team: risk & fraud", "spec/value", "team: »risk & fraud", "`metadata.team` must be a label value", "write `risk-fraud`"),
    ("a release that is no label", CHURN, "  v2:", "  v2+rc:", "spec/value", "  »v2+rc", "key `v2+rc` must be a label value", "write `v2-rc`"),
    ("an environment in capitals", FRAUD, "  staging:", "  Staging:", "spec/value", "  »Staging:", "key `Staging` must be a name", "write `staging`"),
    ("a variable with a hyphen", FRAUD, "LOG_LEVEL: info", "LOG-LEVEL: info", "spec/value", "»LOG-LEVEL", "key `LOG-LEVEL` must be the name of an environment variable", "write `LOG_LEVEL`"),
    ("a label's key with a space", PRODUCTION, "labels: {release:", "labels: {the release:", "spec/value", "labels: {»the release", "key `the release` must be a label key", "write for example"),
    ("a runtime in capitals", SCORING, "    triton:", "    Triton:", "spec/value", "    »Triton", "key `Triton` must be a name", "write `triton`"),
    ("a tier that is none", PRODUCTION, "    critical: models", "    crticial: models", "spec/value", "»crticial", "key `crticial` must be `critical`, `standard` or `experimental`", "did you mean `critical`?"),
    ("a release that nobody declared", FRAUD, "staging: {release: v1.3.0}", "staging: {release: v1.3.1}", "spec/unknown-release", "staging: {release: »v1.3.1", "`environments.staging.release`: nobody declared a release `v1.3.1`", "did you mean `v1.3.0`?"),
    ("a canary that nobody declared", FRAUD, "canary: {release: v1.3.0", "canary: {release: fast", "spec/unknown-release", "canary: {release: »fast", "`environments.production.canary.release`: nobody declared a release `fast`", "releases: `v1.2.3`, `v1.3.0`"),
    ("an environment that does not exist", FRAUD, "  staging:", "  stagging:", "spec/unknown-environment", "  »stagging:", "there is no environment `stagging`", "did you mean `staging`?"),
    ("a level of a rule that does not exist", DEV, "  argocd:\n", "  levels: {images/no-digests: warning}\n\n  argocd:\n", "spec/unknown-rule", "{»images/no-digests", "there is no rule and no category `images/no-digests`", "did you mean `images/no-digest`?"),
    ("an exception without an end", FRAUD, "releases:\n", "exceptions:\n  - {rule: images/no-digest, ticket: R-1, reason: not signed yet}\nreleases:\n", "spec/missing-key", "  - »{rule", "key `exceptions[0].expires` is missing", "add `expires`"),
    ("an exception without a reason", FRAUD, "releases:\n", 'exceptions:\n  - {rule: images/no-digest, ticket: R-1, reason: "", expires: 2027-03-31}\nreleases:\n', "spec/value", 'reason: »""', "`exceptions[0].reason` must have at least 1 character, got none", ""),
    ("an end that no calendar has", FRAUD, "releases:\n", "exceptions:\n  - {rule: images/no-digest, ticket: R-1, reason: not signed yet, expires: 2027-02-31}\nreleases:\n", "spec/value", "expires: »2027-02-31", "no calendar has `2027-02-31`", ""),
    ("an environment called on", FRAUD, "  staging:", "  on:", "spec/unknown-environment", "  »on:", "there is no environment `on`", "environments: `dev`, `edge`, `production`, `staging`"),
    ("a blueprint that does not exist", DEMAND, "blueprint: realtime", "blueprint: realtme", "spec/value", "blueprint: »realtme", "`spec.blueprint`: there is no blueprint `realtme`", "did you mean `realtime`?"),
    ("a blueprint to extend that does not exist", SCORING, "extends: realtime", "extends: realtim", "spec/value", "extends: »realtim", "`spec.extends`: there is no blueprint `realtim`", "did you mean `realtime`?"),
    ("a blueprint that extends itself", SCORING, "extends: realtime", "extends: scoring", "spec/value", "extends: »scoring", "blueprint `scoring` extends itself", "extend another one"),
]

SETTINGS_AND_LAYERS: list[Row] = [
    ("settings without a key", SETTINGS, "repository:", "repositry:", "spec/unknown-key", "  »repositry", "unknown key `repositry` in `spec`", "did you mean `repository`?"),
    ("settings of another kind", SETTINGS, "kind: Repository", "kind: Repo", "spec/value", "kind: »Repo", "must be `Repository`", "did you mean `Repository`?"),
    ("settings with text for a list", SETTINGS, "spec:\n", "spec:\n  schemas: crds/*.yaml\n", "spec/type", "schemas: »crds", "`spec.schemas` must be a list", "write `[crds/*.yaml]`"),
    ("an unknown key in an environment's defaults", DEV, "replicas: 1", "replics: 1", "spec/unknown-key", "»replics", "unknown key `replics` in `spec.defaults.serving`", "did you mean `replicas`?"),
    ("a blueprint in an environment's defaults", DEV, "  defaults:\n", "  defaults:\n    blueprint: realtime\n", "spec/ignored-key", "    »blueprint: realtime", "`spec.defaults.blueprint` would be ignored", "leave it out"),
    ("a registry as a URL", PRODUCTION, "registries: [registry.example.com", "registries: [https://registry.example.com/", "spec/value", "registries: [»https://", "`spec.images.registries[0]` must be a registry, or a path in one, got `https://registry.example.com/`", "write `registry.example.com`"),
    ("an unknown key in a blueprint", SCORING, "  extends:", "  extend:", "spec/unknown-key", "  »extend:", "unknown key `extend` in `spec`", "did you mean `extends`?"),
    ("an unknown key in a blueprint's defaults", SCORING, "requestTimeout", "requestTimout", "spec/unknown-key", "»requestTimout", "in `spec.defaults.serving`", "did you mean `requestTimeout`?"),
    ("a wrong value in a variant", SCORING, "port: 8001", "port: 81", "spec/value", "port: »81", "`spec.variants[0].defaults.serving.port` must be at least 1024", "The port"),
    ("a condition that is a number", SCORING, "{serving.runtime: triton}", "{serving.replicas: 1}", "spec/type", "{serving.replicas: »1}", "must be text, `true` or `false`, got the number `1`", "`true` where it must be set"),
    ("a runtime without a key", SCORING, "      ignores: [serving.vllm]\n", "", "spec/missing-key", "»triton:", "key `spec.runtimes.triton.ignores` is missing", "add `ignores`"),
    ("two deciders of the number of pods", FRAUD, PORT, f"{PORT}    replicas: 2\n", "spec/ignored-key", "    »replicas: 2", "`spec.serving.replicas` would be ignored: `autoscaling` decides", "leave out one of the two"),
    ("two deciders in a blueprint", SCORING, "requestTimeout: 5s", "replicas: 1\n      autoscaling: {min: 1}", "spec/ignored-key", "»replicas: 1", "`spec.defaults.serving.replicas` would be ignored", "leave out one of the two"),
]

PRICES = "  prices:\n    currency: EUR\n    cpuHour: {low: 0.03, high: 0.01}\n    memoryHour: {low: 0, high: 1}\n"

BY_RULE: dict[str, list[Row]] = {
    "facts.one_address": [
        ("two addresses", PRODUCTION, "    name: production\n    kubernetes", "    name: production\n    server: https://a.example.com\n    kubernetes", "spec/range", "»cluster:", "`spec.cluster`: must have one of `server` and `name`, got both", "write the one"),
        ("no address", EDGE, 'server: "https://edge.example.com:6443", ', "", "spec/range", "»cluster:", "got neither", "write the one"),
    ],
    "facts.known_version": [
        ("an old version", PRODUCTION, 'kubernetes: "1.34"', 'kubernetes: "1.20"', "spec/value", 'kubernetes: »"1.20"', "must be a version from `1.30`", "write for example"),
    ],
    "facts.scrapable": [
        ("no certificates", PRODUCTION, "    certificates: /etc/prom-certs\n", "", "spec/missing-key", "  »monitoring:", "`spec.monitoring`: key `certificates` is missing: the mesh would refuse Prometheus", "add `certificates`"),
    ],
    "facts.products_unique": [
        ("one product twice", PRODUCTION, "product: nvidia-l4\n", "product: nvidia-h100\n", "spec/value", "product: »nvidia-h100", "pool `gpu-l4` has the product `nvidia-h100` too", "give each pool its own"),
    ],
    "facts.endpoints_complete": [
        ("an endpoint of both kinds", PRODUCTION, "cidrs: [10.30.20.0/24]", "cidrs: [10.30.20.0/24]\n      namespace: store", "spec/range", "    »object-store:", "must be pods or addresses, got both", "make two endpoints"),
        ("an endpoint without pods", PRODUCTION, "      podLabels: {app.kubernetes.io/name: mlflow}\n", "", "spec/missing-key", "    »experiment-tracking:", "must have `namespace` with `podLabels`, or `cidrs`", "add `podLabels`"),
    ],
    "facts.stores_reachable": [
        ("a store at no endpoint", PRODUCTION, "endpoint: object-store", "endpoint: objectstore", "spec/value", "endpoint: »objectstore", "`spec.artifacts.stores.s3.endpoint`: there is no endpoint `objectstore`", "did you mean `object-store`?"),
    ],
    "facts.folder_with_annotation": [
        ("a folder without its annotation", PRODUCTION, "      folderAnnotation: grafana_folder\n", "", "spec/range", "    »dashboards:", "must have both of `folder` and `folderAnnotation`, or neither", "add `folderAnnotation`, or leave both out"),
    ],
    "facts.fetcher_allowed": [
        ("a fetcher from elsewhere", PRODUCTION, "image: registry.example.com/platform/rclone@", "image: rclone/rclone@", "spec/registry", "image: »rclone", "`spec.artifacts.image`: must come from a registry of `spec.images.registries`, got `docker.io/rclone/rclone`", "push it to one of: `registry.example.com`"),
        ("a fetcher that can move", PRODUCTION, "platform/rclone@sha256:4f1d8f3e0c0a6a3f5b7e9c2d1a0b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a1b", "platform/rclone:1.70", "spec/unpinned", "image: »registry", "must be pinned by digest, got `registry.example.com/platform/rclone:1.70`", "@sha256"),
    ],
    "facts.prices_make_sense": [
        ("a price the wrong way round", PRODUCTION, "  argocd:\n", f"{PRICES}  argocd:\n", "spec/range", "high: »0.01", "`spec.prices.cpuHour.high`: must be at least `low` (`0.03`), got `0.01`", "swap the two"),
        ("a price of no pool", PRODUCTION, "  argocd:\n", f"{PRICES.replace('0.01', '1')}    gpuHour: {{gpu-l5: {{low: 1, high: 2}}}}\n  argocd:\n", "spec/value", "{»gpu-l5", "`spec.prices.gpuHour.gpu-l5`: there is no pool `gpu-l5`", "did you mean `gpu-l4`?"),
    ],
    "facts.builders_known": [
        ("a builder that does not exist", SCORING, "  extends: realtime", "  extends: realtime\n  builders: [deploymnt]", "spec/value", "builders: [»deploymnt", "`spec.builders[0]`: there is no builder `deploymnt`", "did you mean `deployment`?"),
    ],
    "facts.something_built": [
        ("a blueprint that builds nothing", SCORING, "  extends: realtime\n", "", "spec/missing-key", "»spec:", "must have `builders`, or `extends`", "extends: realtime"),
    ],
    "facts.keys_exist": [
        ("a condition on a key that does not exist", SCORING, "{serving.runtime: triton}", "{serving.runtme: triton}", "spec/unknown-key", "{»serving.runtme", "there is no key `runtme` in `spec.serving` of a model", "did you mean `runtime`?"),
        ("an ignored key that does not exist", SCORING, "ignores: [serving.vllm]", "ignores: [serving.vlm]", "spec/unknown-key", "ignores: [»serving.vlm", "`spec.runtimes.triton.ignores[0]`: there is no key `vlm`", "did you mean `vllm`?"),
        ("a key below a number", SCORING, "requires: [serving.gpu]", "requires: [serving.port.x]", "spec/unknown-key", "requires: [»serving.port.x", "there is no key `x` in `spec.serving.port` of a model", "shorten the path"),
    ],
    "facts.conditions_can_hold": [
        ("no in a condition", SCORING, "{serving.runtime: triton}", "{serving.gpu: no}", "spec/value", "{serving.gpu: »no}", "`spec.serving.gpu` of a model is never the text `no`", "`false` where it must not"),
        ("a condition that never holds", SCORING, "{serving.runtime: triton}", "{objectives.errors.severity: critcal}", "spec/value", "severity: »critcal", "`spec.objectives.errors.severity` of a model is never the text `critcal`", "write `true` where it must be set"),
    ],
    "runtime.known": [
        ("a runtime that does not exist", FRAUD, "runtime: container", "runtime: contianer", "spec/value", "runtime: »contianer", "`spec.serving.runtime`: blueprint `scoring` has no runtime `contianer`", "did you mean `container`?"),
    ],
    "runtime.nothing_ignored": [
        ("a key that a container ignores", FRAUD, PORT, f"{PORT}    vllm: {{dtype: auto}}\n", "spec/ignored-key", "    »vllm:", "`spec.serving.vllm`: would be ignored by runtime `container`", "leave it out, or choose another `serving.runtime`"),
        ("a key that vLLM ignores", SUPPORT, "    loadTime: 12m", "    loadTime: 12m\n    args: [--verbose]", "spec/ignored-key", "    »args:", "`spec.serving.args`: would be ignored by runtime `vllm`", "leave it out"),
    ],
    "runtime.nothing_missing": [
        ("vLLM without GPUs", SUPPORT, "    gpu: {count: 2, product: nvidia-h100}\n", "", "spec/missing-key", "  »serving:", "key `spec.serving.gpu` is missing: runtime `vllm` needs it", "add `serving.gpu`"),
    ],
    "runtime.mesh_for_traffic": [
        ("traffic without a mesh", CHURN, "  objectives:", "    traffic: {retries: 2}\n  objectives:", "spec/ignored-key", "    »traffic:", "`spec.serving.traffic`: would be ignored: environment `edge` has no mesh", "write `traffic: null` under `environments.edge.serving`"),
    ],
    "runtime.timeout_within_request": [
        ("a timeout above the request's", FRAUD, "timeout: 1s", "timeout: 5s", "spec/range", "timeout: »5s", "`spec.serving.traffic.timeout`: must be at most `serving.requestTimeout` (`2s`)", "write at most `2s`"),
    ],
    "runtime.user_not_the_sidecars": [
        ("the sidecar's user", FRAUD, PORT, "    user: 1337\n", "spec/value", "user: »1337", "must not be `1337`, the user of the mesh's sidecars", "write another number"),
    ],
    "naming.not_reserved": [
        ("a reserved name", "models/platform.yaml", None, CHURN_TEXT.replace("name: churn", "name: platform"), "spec/name", "name: »platform", "`platform` is reserved for the environment's own objects", "choose another name"),
    ],
    "naming.short_enough": [
        ("a name that is too long for what is made of it", f"models/{LONG}.yaml", None, CHURN_TEXT.replace("name: churn", f"name: {LONG}"), "spec/name", "name: »aaaa", "has 65 characters, and at most 63 are allowed", "shorten the name by 2"),
    ],
    "releases.canary_differs": [
        ("a canary of itself", FRAUD, "canary: {release: v1.3.0", "canary: {release: v1.2.3", "spec/value", "canary: {release: »v1.2.3", "`v1.2.3` is the running release", "name the release to try"),
    ],
    "releases.canary_routed": [
        ("a canary without a mesh", CHURN, "    release: v1\n", "    release: v1\n    canary: {release: v2, weight: 5, replicas: 1}\n", "spec/ignored-key", "v2, »weight: 5", "`environments.edge.canary.weight`: environment `edge` has no mesh", "leave the canary out there"),
    ],
    "releases.canary_gated": [
        ("a canary without an objective", FRAUD, "  objectives:\n    accuracy: {min: 0.85, for: 5m}\n    latency: {quantile: 0.99, max: 500ms, for: 2m}\n    errors: {max: 1%}\n    availability: {min: 99.9%}\n", "  objectives:\n", "spec/missing-key", "  »objectives:", "key `spec.objectives.errors` is missing: the canary in environment `production` needs an objective", "add `errors`, `latency` or `accuracy`"),
    ],
    "images.from_allowed_registries": [
        ("an image from elsewhere", FRAUD, IMAGE, IMAGE.replace("registry.example.com", "docker.io"), "spec/registry", "image: »docker.io/", "`docker.io/risk/fraud-model` is not in a registry that environment `production` allows", "push it to one of: `registry.example.com`"),
        ("an image from a look-alike", FRAUD, IMAGE, IMAGE.replace("example.com", "example.com.evil.io"), "spec/registry", "image: »registry.example.com.evil.io", "is not in a registry", "push it to one of"),
        ("a trainer from elsewhere", DEMAND, "registry.example.com/supply-chain/forecast-trainer", "quay.io/supply-chain/forecast-trainer", "spec/registry", "image: »quay.io", "environment `dev` allows (and in production, staging)", "push it to one of"),
    ],
    "images.pinned": [
        ("an image that is not pinned", FRAUD, f"@sha256:{DIGEST}", "", "spec/unpinned", "image: »registry.example.com/risk/fraud-model:v1.2.3", "environment `production` takes images by digest only", "fraud-model:v1.2.3@sha256:…`"),
        ("an image that moves", CHURN, "growth/churn:v1", "growth/churn:latest", "spec/unpinned", 'image: »"registry', "`registry.example.com/growth/churn:latest` can mean another image tomorrow", "`crane digest`"),
        ("an image without a tag", DEMAND, ":v4.0.2@sha256:c0ffee0a1b2c3d4e5f60718293a4b5c6d7e8f9001122334455667788990aabbc", "", "spec/unpinned", "image: »registry.example.com/supply-chain/forecast-trainer", "can mean another image tomorrow", "@sha256"),
    ],
    "artifacts.reachable": [
        ("a store that is none", FRAUD, "s3://models/fraud-detection/v1.2.3", "gs://models/fraud-detection/v1.2.3", "spec/value", "uri: »gs://", "environment `production` has no store for `gs://`", "`s3`"),
    ],
    "artifacts.pinned": [
        ("weights that are not pinned", FRAUD, f"{WEIGHTS}{SHA}", WEIGHTS, "spec/unpinned", "uri: »s3://models/fraud-detection/v1.2.3", "takes weights by digest only, and `sha256` is missing", "`sha256sum FILE` prints it"),
    ],
    "artifacts.room": [
        ("weights without room", FRAUD, "    storage: {model: 2Gi}\n", "", "spec/missing-key", "  »serving:", "key `spec.serving.storage.model` is missing: the release has weights to fetch", "as `10Gi`"),
    ],
    "sizes.requests_within_limits": [
        ("a limit below the request", FRAUD, "memory: 4Gi}", "memory: 512Mi}", "spec/range", "memory: »512Mi", "`spec.serving.resources.limits.memory`: must be at least the request (`1Gi`), got `512Mi`", "write at least `1Gi`"),
    ],
    "sizes.limits_that_the_environment_asks_for": [
        ("a request above the default limit", CHURN, "{cpu: 250m, memory", '{cpu: "2", memory', "spec/range", "      »limits:", "`spec.serving.resources.limits`: must say `cpu`: the environment's default limit (`1`) is below the request (`2`)", "write `cpu` of at least `2`"),
    ],
    "sizes.shared_memory_within_memory": [
        ("shared memory beside the limit", SUPPORT, "sharedMemory: 16Gi", "sharedMemory: 160Gi", "spec/range", "sharedMemory: »160Gi", "must be less than the memory limit (`160Gi`)", "write less than `160Gi`"),
    ],
    "sizes.disk_within_limit": [
        ("directories beyond the disk", FRAUD, "memory: 4Gi}", "memory: 4Gi, ephemeralStorage: 1Gi}", "spec/range", "ephemeralStorage: »1Gi", "must be at least what the directories under `storage` may hold together", "write at least `3328Mi`"),
    ],
    "scaling.decided": [
        ("nobody decides the number of pods", DEMAND, "    replicas: 2\n", "    replicas: null\n", "spec/missing-key", "replicas: »null", "`spec.serving.replicas`: must not be `null`: nothing else decides the number of pods", "write `replicas`, or `autoscaling`"),
    ],
    "scaling.least_before_most": [
        ("a range upside down", FRAUD, "{min: 2, max: 10", "{min: 12, max: 10", "spec/range", "max: »10", "`spec.serving.autoscaling.max`: must be at least `min` (`12`), got `10`", "write at least `12`, or lower `min`"),
        ("a range upside down in one environment", FRAUD, "{min: 3, max: 20}", "{min: 30, max: 20}", "spec/range", "max: »20", "`environments.production.serving.autoscaling.max`: must be at least `min` (`30`)", "write at least `30`"),
    ],
    "scaling.follows_something": [
        ("an autoscaler that follows nothing", FRAUD, "max: 10, cpu: 70, memory: 80}", "max: 10}", "spec/missing-key", "    »autoscaling: {min: 2", "key `spec.serving.autoscaling.cpu` is missing: an autoscaler needs something to follow", "add `cpu`, `memory` or `metrics`"),
    ],
    "scaling.metrics_served": [
        ("a metric that nobody serves", SUPPORT, "num_requests_waiting", "num_request_waiting", "spec/value", "{»vllm_num_request_waiting", "`spec.serving.autoscaling.metrics.vllm_num_request_waiting`: environment `production` serves no such metric", "did you mean `vllm_num_requests_waiting`?"),
    ],
    "scaling.rollout_can_move": [
        ("a rollout that cannot begin", FRAUD, PORT, "    rollout: {maxSurge: 0}\n", "spec/range", "    »rollout:", "must not be `0` while `maxSurge` is `0` too", "write `maxUnavailable: 1`"),
    ],
    "placement.product_offered": [
        ("a product that no pool has", SUPPORT, "product: nvidia-h100", "product: nvidia-h200", "spec/value", "product: »nvidia-h200", "environment `dev` has no pool of `nvidia-h200` (and in production, staging)", "did you mean `nvidia-h100`?"),
    ],
    "placement.fits_a_node": [
        ("more GPUs than a node has", SUPPORT, "gpu: {count: 2", "gpu: {count: 6", "spec/range", "count: »6", "a node of `nvidia-h100` in environment `dev` has `4` GPUs, got `6` (and in staging)", "write at most `4`"),
        ("more CPU than a node has", SUPPORT, 'cpu: "16"', 'cpu: "128"', "spec/range", 'cpu: »"128"', "gives pods `96` of cpu, got `128`", "write at most `96`"),
    ],
    "access.callers_complete": [
        ("a caller without its account", FRAUD, CALLER, "{namespace: production}", "spec/caller", "- »{namespace", "`spec.access.callers[0]`: the caller has no `serviceAccount`", "add `serviceAccount`"),
        ("two callers in one", FRAUD, CALLER, "{gateway: true, model: support-assistant}", "spec/caller", "- »{gateway", "must be one thing: `namespace` with `serviceAccount`, or `model`, or `gateway`", "write one caller for each item"),
        ("a gateway where there is none", CHURN, "  objectives:", "  access: {callers: [{gateway: true}], operations: [{methods: [GET], paths: [/]}]}\n  objectives:", "spec/caller", "gateway: »true", "environment `edge` has no gateway", "name the caller's namespace"),
    ],
    "access.operations_named": [
        ("callers without operations", FRAUD, OPERATIONS, "", "spec/missing-key", "  »access:", "key `spec.access.operations` is missing: callers are named", "add for example `operations: [{methods"),
    ],
    "access.egress_complete": [
        ("an egress of two kinds", FRAUD, "{endpoint: feature-store}", "{endpoint: feature-store, cidr: 10.0.0.0/8}", "spec/egress", "- »{endpoint", "must be one thing: `endpoint`, `model`", "write one egress for each item"),
        ("an egress without a port", FRAUD, "{endpoint: feature-store}", "{cidr: 10.0.0.0/8}", "spec/egress", "- »{cidr", "the egress has no `port`", "add `port`"),
        ("an egress without labels", FRAUD, "{endpoint: feature-store}", "{namespace: cache, port: 6379}", "spec/egress", "- »{namespace", "the egress has no `podLabels`", "add `podLabels`"),
        ("a port that an endpoint knows", FRAUD, "{endpoint: feature-store}", "{endpoint: feature-store, port: 1}", "spec/ignored-key", "feature-store, »port: 1", "`spec.access.egress[0].port`: would be ignored", "leave `port` out"),
    ],
    "access.endpoints_exist": [
        ("an endpoint that does not exist", FRAUD, "{endpoint: feature-store}", "{endpoint: featurestore}", "spec/value", "endpoint: »featurestore", "environment `dev` has no endpoint `featurestore` (and in production, staging)", "did you mean `feature-store`?"),
        ("a trainer's endpoint that does not exist", DEMAND, "{endpoint: object-store}", "{endpoint: objectstore}", "spec/value", "endpoint: »objectstore", "`spec.training.egress[0].endpoint`", "did you mean `object-store`?"),
    ],
    "access.models_exist": [
        ("a model that does not exist", FRAUD, "{endpoint: feature-store}", "{model: demand-forcast}", "spec/value", "model: »demand-forcast", "there is no model `demand-forcast`", "did you mean `demand-forecast`?"),
        ("a model that runs elsewhere", CHURN, "  objectives:", "  access: {egress: [{model: fraud-detection}]}\n  objectives:", "spec/value", "model: »fraud-detection", "model `fraud-detection` does not run in environment `edge`", "deploy it there"),
    ],
    "objectives.measured": [
        ("an objective without a metric", SUPPORT, "errors: {max: 2%}", "drift: {max: 0.1}", "spec/unmeasured", "    »drift:", "`spec.objectives.drift`: needs `serving.metrics.drift`, and runtime `vllm` exports none", "name the metric under `serving.metrics.drift`"),
    ],
    "objectives.served": [
        ("an objective without a server", CHURN, "    release: v1\n", "    release: v1\n    serving: null\n", "spec/ignored-key", "  »objectives:", "the model is not served in `edge`, so `errors` would be ignored", "write `objectives: {errors: null}` under `environments.edge`"),
    ],
    "objectives.unit_known": [
        ("a metric without its unit", FRAUD, PORT, "    metrics: {latency: request_duration}\n", "spec/value", "latency: »request_duration", "`spec.serving.metrics.latency`: must end in its unit, got `request_duration`", "`_seconds`"),
    ],
    "objectives.budget_can_burn": [
        ("a promise over too short a time", FRAUD, "{min: 99.9%}", "{min: 99.9%, window: 1h}", "spec/range", "window: »1h", "must be at least `1d`, got `1h`", "write for example `30d`"),
        ("a promise of everything", FRAUD, "{min: 99.9%}", "{min: 100%}", "spec/range", "min: »100%", "with `100%` over `30d`, one failed request would fire", "write for example `99.9%`"),
        ("a promise of little", FRAUD, "{min: 99.9%}", "{min: 50%}", "spec/range", "min: »50%", "the alerts could never fire", "write for example `99.9%`"),
    ],
    "secrets.store_exists": [
        ("secrets without a store", CHURN, "  objectives:", "  secrets: {db: {remote: churn/db, files: [url]}}\n  objectives:", "spec/ignored-key", "  »secrets:", "`spec.secrets`: environment `edge` has no secret store", "write `secrets: null` under `environments.edge`"),
    ],
    "secrets.given": [
        ("a secret that nobody gets", FRAUD, FILES, "", "spec/missing-key", "    »feature-store:", "key `spec.secrets.feature-store.files` is missing: no pod is given anything of the secret", "add `files: [property]`"),
        ("a secret for nobody", FRAUD, FILES, f"{FILES}      usedBy: [training]\n", "spec/ignored-key", "      »usedBy:", "the secret is for training, which the model does not have in `dev` (and in production, staging)", "correct `usedBy`"),
    ],
    "secrets.no_variable_twice": [
        ("a variable from two places", FRAUD, FILES, "      env: {LOG_LEVEL: level}\n", "spec/value", "env: {»LOG_LEVEL", "variable `LOG_LEVEL` of serving is set elsewhere too", "rename one of them"),
    ],
    "secrets.none_written_down": [
        ("a password in a variable", FRAUD, "LOG_LEVEL: info", "DB_PASSWORD: hunter2hunter2", "spec/secret", "      »DB_PASSWORD", "`spec.serving.env.DB_PASSWORD`: `DB_PASSWORD` holds a secret (14 characters)", "put it into the store"),
        ("a password in an address", FRAUD, "LOG_LEVEL: info", "DB_URL: postgres://app:hunter2@db/x", "spec/secret", "      »DB_URL", "`DB_URL` holds a secret", "and change it: git remembers"),
        ("a password in an argument", DEMAND, "--weeks=104", "--db=postgres://app:hunter2@db/x", "spec/secret", "args: [»--db", "`spec.training.args[0]`: the argument holds a password", "put it into the store"),
    ],
    "training.zone_of_a_schedule": [
        ("a time zone of nothing", DEMAND, '    schedule: "0 3 * * 1"\n', "", "spec/ignored-key", "    »timeZone:", "`spec.training.timeZone`: would be ignored", "add `schedule`, or leave `timeZone` out"),
    ],
    "training.no_weights_of_its_own": [
        ("weights for a trainer", DEMAND, "    deadline: 8h\n", "    deadline: 8h\n    storage: {model: 1Gi}\n", "spec/ignored-key", "storage: {»model", "`spec.training.storage.model`: would be ignored", "leave it out"),
    ],
    "exceptions.owned": [
        ("an exception that nobody answers for", FRAUD, "releases:\n", "exceptions:\n  - {rule: images/no-digest, reason: not signed yet, expires: 2027-03-31}\nreleases:\n", "spec/missing-key", "  - »{rule:", "`exceptions[0]`: must have a `ticket` or an `owner`", "add `ticket`"),
    ],
    "exceptions.deployed_there": [
        ("an exception where the model is not", CHURN, "releases:\n", "exceptions:\n  - {rule: images/no-digest, environments: [edgee], ticket: G-1, reason: not signed yet, expires: 2027-03-31}\nreleases:\n", "spec/value", "environments: [»edgee", "the model is not in environment `edgee`", "did you mean `edge`?"),
    ],
    "patches.identity_kept": [
        ("a patch that renames", FRAUD, "\nreleases:", PATCHED.format("Deployment", "metadata: {name: x}"), "spec/patch", "metadata: {»name", "`patches[0].merge.metadata.name`: must not be patched", "leave `metadata.name` out"),
    ],
    "": [
        ("a patch of nothing", FRAUD, "\nreleases:", PATCHED.format("Deploymnt", "spec: {paused: true}"), "spec/patch", "kind: »Deploymnt", "the patch finds no object `Deploymnt`", "did you mean `Deployment`?"),
    ],
}
# fmt: on

TABLES = (SYNTAX, SURPRISES, KEYS, TYPES, VALUES, NAMES, SETTINGS_AND_LAYERS, *BY_RULE.values())
ROWS = {row[0]: row for table in TABLES for row in table}
RULE_OF = {row[0]: rule for rule, table in BY_RULE.items() for row in table}


def made(root: Path) -> Shop:
    """The example repository, with an environment, a blueprint and a model of its own."""
    init(root, url="https://git.example.com/ml/models.git", git=False)
    shop = Shop(root)
    shop.write(EDGE, EDGE_TEXT)
    shop.write(CHURN, CHURN_TEXT)
    shop.write(SCORING, SCORING_TEXT)
    shop.edit(FRAUD, "blueprint: realtime", "blueprint: scoring")
    return shop


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return made(tmp_path_factory.mktemp("bare") / "shop")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Path]:
    """A repository with its tree, and the cache of the run that made it."""
    shop, cache = made(tmp_path_factory.mktemp("rendered") / "shop"), tmp_path_factory.mktemp("c")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        assert shop.run("render").code == 0
    return shop, cache


def changed(shop: Shop, *edits: tuple[str, str | None, str]) -> Iterator[None]:
    """The repository with some edits, for as long as the generator is held."""
    before = {file: shop.text(file) if (shop.root / file).exists() else None for file, *_ in edits}
    try:
        for file, old, new in edits:
            if old is None:
                shop.write(file, new)
            else:
                shop.edit(file, old, new)
        yield
    finally:
        for file, text in before.items():
            if text is None:
                (shop.root / file).unlink()
            else:
                shop.write(file, text)


def refused(shop: Shop, *edits: tuple[str, str | None, str]) -> list[dict[str, Any]]:
    """What `render` has to say about some edits; it must refuse them and write nothing."""
    tree = shop.tree()
    for _ in changed(shop, *edits):
        run = shop.run("render", "-o", "json")
        assert (run.code, run.err) == (2, ""), run
        assert shop.tree() == tree
        findings: list[dict[str, Any]] = json.loads(run.out)["findings"]
        for finding in findings:
            check_place(shop, finding)
    return findings


def check_place(shop: Shop, finding: dict[str, Any]) -> None:
    """Every finding is at a place that exists, which it is given as `line`, and says something."""
    at = finding["location"]
    lines = shop.text(at["file"]).split("\n")
    assert 1 <= at["line"] <= len(lines), finding
    finding["line"] = lines[at["line"] - 1]
    assert 1 <= at["column"] <= len(finding["line"]) + 1, finding
    assert finding["message"]
    assert finding["severity"] == "error"
    assert "\n" not in finding["message"] + finding["help"]


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the rules that found something."""
    found: set[str] = set()

    def told(name: str, rule: Callable[..., Any], *arguments: Any) -> Iterator[Any]:
        for finding in rule(*arguments):
            found.add(name)
            yield finding

    for name, owner, attribute, listed in rule_lists():
        wrapped = tuple(partial(told, f"{name}.{rule.__name__}", rule) for rule in listed)
        monkeypatch.setattr(owner, attribute, wrapped)
    known = partial(told, "runtime.known", rules.runtime.known)
    monkeypatch.setattr(rules.runtime, "known", known)
    return found


def rule_lists() -> list[tuple[str, Any, str, tuple[Callable[..., Any], ...]]]:
    """Every list of rules: whose it is, and what it is called there."""
    return [
        ("facts", facts, "RULES", facts.RULES),
        ("facts", facts, "BLUEPRINT_RULES", facts.BLUEPRINT_RULES),
        *(
            (module.__name__.rpartition(".")[2], module, "RULES", module.RULES)
            for module in rules.MODULES
        ),
    ]


@pytest.mark.parametrize("what", ROWS)
def test_a_mistake_is_one_finding_that_says_where_and_what_to_write(
    what: str,
    bare: Shop,
    rendered: tuple[Shop, Path],
    fired: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, file, old, new, rule, marked, message, help_ = ROWS[what]
    findings = refused(bare, (file, old, new))
    assert not bare.tree()
    assert [finding["rule"] for finding in findings] == [rule], findings
    finding, at = findings[0], findings[0]["location"]
    assert message in finding["message"]
    assert help_ in finding["help"]
    assert at["file"] == file
    before, after = marked.split("»")
    line = finding["line"]
    assert before + after in line
    assert line[: at["column"] - 1].endswith(before), (line, at)
    assert line[at["column"] - 1 :].startswith(after), (line, at)
    assert fired == {RULE_OF[what]} - {""} if what in RULE_OF else not fired
    shop, cache = rendered
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert refused(shop, (file, old, new)) == findings


def test_every_rule_is_broken_by_a_mistake_in_the_table() -> None:
    names = {f"{name}.{rule.__name__}" for name, _, _, listed in rule_lists() for rule in listed}
    assert names | {"runtime.known"} == set(BY_RULE) - {""}
    assert len(ROWS) == sum(map(len, TABLES)) >= 60


NAMED = re.compile(r'"((?:spec|yaml)/[a-z-]+)"|problem\(\s*(?:loaded,\s*)?"([a-z-]+)"')
ELSEWHERE = {"spec/limit", "spec/type", "spec/missing-key"}
"""What tests further down break, and what is named by pydantic's words."""


def test_every_name_of_a_rule_that_the_code_knows_has_a_row() -> None:
    """So that no name is misspelt, and none is left of a rule that is gone."""
    package = Path(facts.__file__).parents[1]
    sources = [path for folder in ("load", "resolve") for path in (package / folder).rglob("*.py")]
    found = {
        whole or f"spec/{short}"
        for path in sources
        for whole, short in NAMED.findall(path.read_text())
    }
    assert found - ELSEWHERE <= {row[4] for row in ROWS.values()}
    named = {row[4] for row in ROWS.values() if row[4].startswith(("spec/", "yaml/"))}
    assert named <= found | ELSEWHERE


def test_findings_of_people_are_one_line_and_a_way_out(bare: Shop) -> None:
    for _ in changed(bare, ROWS["a range upside down"][1:4]):
        run = bare.run("render")
    assert run.code == 2
    assert run.out == (
        f"{FRAUD}:21:33: error: `spec.serving.autoscaling.max`: must be at least `min` (`12`),"
        " got `10` [spec/range]\n  help write at least `12`, or lower `min`\n"
    )


def test_a_quota_that_counts_a_limit_asks_for_it(bare: Shop) -> None:
    quota = "    limits.memory: 8Ti\n"
    findings = refused(bare, (PRODUCTION, quota, f'{quota}    limits.cpu: "900"\n'))
    assert [finding["location"]["file"] for finding in findings] == [SUPPORT]
    assert "the environment's quota counts it" in findings[0]["message"]


SEVERAL = (
    (FRAUD, "    loadTime: 45s", "    loadtime: 45s"),
    (FRAUD, "quantile: 0.99", "quantile: 99"),
    (FRAUD, "staging: {release: v1.3.0}", "staging: {release: v1.3.1}"),
    (FRAUD, "  dev: {release: v1.3.0}", "  devel: {release: v1.3.0}"),
    (DEMAND, "cpu: 500m" if False else "deadline: 8h", "deadline: 8"),
    (DEMAND, "name: demand-forecast", "name: demand"),
    (SUPPORT, "{count: 2", "{count: 6"),
    (SUPPORT, "sharedMemory: 16Gi", "sharedMemory: 999Gi"),
    (CHURN, "  v1:", "\t v1:"),
)


def test_mistakes_in_several_files_are_told_in_one_run_in_reading_order(bare: Shop) -> None:
    findings = refused(bare, *SEVERAL)
    places = [
        (finding["location"]["file"], finding["location"]["line"], finding["location"]["column"])
        for finding in findings
    ]
    assert places == sorted(places)
    assert [
        (place[0], finding["rule"]) for place, finding in zip(places, findings, strict=True)
    ] == [
        (CHURN, "yaml/syntax"),
        (DEMAND, "spec/name"),
        (DEMAND, "spec/type"),
        (FRAUD, "spec/unknown-key"),
        (FRAUD, "spec/value"),
        (FRAUD, "spec/unknown-environment"),
        (FRAUD, "spec/unknown-release"),
        (SUPPORT, "spec/range"),
        (SUPPORT, "spec/range"),
    ]


def test_mistakes_in_environments_and_settings_are_told_together(bare: Shop) -> None:
    findings = refused(
        bare,
        (SETTINGS, "kind: Repository", "kind: Repo"),
        (PRODUCTION, "pin: digest", "pin: digst"),
        (PRODUCTION, "endpoint: object-store", "endpoint: objectstore"),
        (PRODUCTION, "name: production\n  description", "name: prod\n  description"),
        (EDGE, "requestTimeout: 5s", "requestTimeout: 5"),
    )
    assert {(finding["location"]["file"], finding["rule"]) for finding in findings} == {
        (SETTINGS, "spec/value"),
        (PRODUCTION, "spec/value"),
        (PRODUCTION, "spec/name"),
        (EDGE, "spec/type"),
    }


def test_mistakes_in_an_environment_do_not_hide_those_in_a_model(bare: Shop) -> None:
    findings = refused(
        bare, (PRODUCTION, "pin: digest", "pin: digst"), (FRAUD, "port: 8080", "prot: 8080")
    )
    assert [finding["location"]["file"] for finding in findings] == [PRODUCTION, FRAUD]


def test_a_mistake_that_two_models_share_is_told_once(bare: Shop) -> None:
    findings = refused(
        bare,
        (SCORING, "requestTimeout: 5s", "requestTimeout: 5"),
        (DEMAND, "blueprint: realtime", "blueprint: scoring"),
    )
    assert [finding["location"]["file"] for finding in findings] == [SCORING]


def test_a_blueprint_that_no_model_uses_is_read_too(bare: Shop) -> None:
    findings = refused(bare, ("blueprints/unused/blueprint.yaml", None, "kind: Blueprnt\n"))
    assert findings[0]["location"]["file"] == "blueprints/unused/blueprint.yaml"


def test_a_missing_default_is_asked_of_each_model_by_name(bare: Shop) -> None:
    findings = refused(
        bare,
        (FRAUD, "    storage: {model: 2Gi}\n", ""),
        (DEMAND, "    storage: {model: 5Gi}\n", ""),
    )
    assert [finding["location"]["file"] for finding in findings] == [DEMAND, FRAUD]


def test_a_default_that_does_not_suit_a_model_names_the_model(bare: Shop) -> None:
    findings = refused(
        bare,
        (EDGE, "requestTimeout: 5s", "resources: {limits: {memory: 256Mi}}"),
        (CHURN, "      limits: {memory: 1Gi}\n", ""),
    )
    assert [finding["location"]["file"] for finding in findings] == [EDGE]
    assert findings[0]["message"].endswith("got `256Mi` (model `churn`)")


SECRET = "hunter2swordfish"
LEAKS = (
    (FRAUD, "LOG_LEVEL: info", f"DB_PASSWORD: {SECRET}"),
    (FRAUD, "LOG_LEVEL: info", f"DB_PASSWORD: [{SECRET}]"),
    (FRAUD, "LOG_LEVEL: info", f"DB_URL: postgres://app:{SECRET}@db/x"),
    (FRAUD, "LOG_LEVEL: info", f"DB_URL: [postgres://app:{SECRET}@db/x]"),
    (FRAUD, "LOG_LEVEL: info", f"{{API_TOKEN: {SECRET}}}"),
    (FRAUD, FILES, f'      env: {{DB_PASSWORD: "{SECRET} "}}\n'),
    (FRAUD, FILES, f"      remote: https://app:{SECRET}@vault/x\n"),
    (FRAUD, "s3://models/fraud-detection/v1.2.3", f"s3://AKIA:{SECRET}@models/x"),
    (FRAUD, IMAGE, f"https://app:{SECRET}@{IMAGE}"),
    (FRAUD, "tier: critical", f"tier: https://app:{SECRET}@x.example.com"),
    (FRAUD, "team: risk", f"team: https://app:{SECRET}@x.example.com"),
    (FRAUD, "paths: [/predict]", f"paths: ['https://app:{SECRET}@x.example.com/predict']"),
    (FRAUD, "runtime: container", f"runtime: https://app:{SECRET}@x.example.com"),
    (FRAUD, "blueprint: scoring", f"blueprint: https://app:{SECRET}@x.example.com"),
    (FRAUD, "{endpoint: feature-store}", f"{{endpoint: 'https://app:{SECRET}@x.example.com'}}"),
    (FRAUD, "staging: {release: v1.3.0}", f"staging: {{release: 'https://a:{SECRET}@x'}}"),
    (DEMAND, "args: [--weeks=104", f"args: [--db=postgres://app:{SECRET}@db/x"),
    (DEMAND, "args: [--weeks=104, --experiment=demand-forecast]", f"args: a://b:{SECRET}@db/x"),
    (DEMAND, '"0 3 * * 1"', f"https://app:{SECRET}@x.example.com"),
    (PRODUCTION, "runbooks: https://", f"runbooks: https://app:{SECRET}@"),
    (PRODUCTION, "RCLONE_CONFIG_S3_TYPE: s3", f"RCLONE_SECRET_ACCESS_KEY: [{SECRET}]"),
    (SETTINGS, "repository: https://", f"repository: https://app:{SECRET}@"),
    (SETTINGS, "spec:\n", f"spec:\n  mirror: https://app:{SECRET}@git.example.com\n"),
)


@pytest.mark.parametrize("edit", LEAKS, ids=lambda edit: edit[2].replace(SECRET, "…").strip()[:40])
@pytest.mark.parametrize("output", ["text", "json"])
def test_no_secret_is_printed(edit: tuple[str, str | None, str], output: str, bare: Shop) -> None:
    for _ in changed(bare, edit):
        run = bare.run("render", "-o", output)
    assert run.code == 2
    assert SECRET not in run.out + run.err
    assert SECRET[:7] not in run.out + run.err


def test_a_number_in_the_place_of_a_password_is_not_printed(bare: Shop) -> None:
    for _ in changed(bare, (FRAUD, "LOG_LEVEL: info", "DB_PASSWORD: 8675309")):
        run = bare.run("render", "-o", "json")
    assert run.code == 2
    assert "8675309" not in run.out + run.err


PLAIN = {
    "no": "no",
    "on": "on",
    "Yes": "Yes",
    "y": "y",
    "12:30:00": "12:30:00",
    "2026-10-01": "2026-10-01",
    "1_000": "1_000",
    "0b101": "0b101",
    "1.2.3": "1.2.3",
    "=": "=",
    "0x": "0x",
    "+": "+",
    '"0755"': "0755",
    "'1.20'": "1.20",
    "|-\n        a\n        b": "a\nb",
}


def test_text_that_yaml_1_1_takes_for_something_else_stays_text(shop: Shop) -> None:
    keys = ["on", "y", "No", *(f"V{number}" for number in range(3, len(PLAIN)))]
    lines = [f"      {key}: {text}" for key, text in zip(keys, PLAIN, strict=True)]
    shop.edit(FRAUD, "      LOG_LEVEL: info", "\n".join(lines))
    assert shop.run("render", "fraud-detection", "--env", "dev").code == 0
    deployment = yaml.safe_load(shop.text("deploy/dev/fraud-detection/deployment.yaml"))
    env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    told = {each["name"]: each.get("value") for each in env}
    assert [told[key] for key in keys] == list(PLAIN.values())


def test_thousands_of_mistakes_are_told_quickly_and_not_all(bare: Shop) -> None:
    many = "".join(f"      V{index}: {index}\n" for index in range(4000))
    findings = refused(bare, (FRAUD, "      LOG_LEVEL: info\n", many))
    assert len(findings) == 201
    assert findings[-1]["message"] == "there are 3800 more mistakes here"
    more = "".join(f"    v{index}: 1\n" for index in range(4000))
    findings = refused(bare, (FRAUD, "    serving:\n", f"{more}    serving:\n"))
    assert findings[-1]["rule"] == "spec/limit"


@pytest.mark.parametrize(
    ("content", "rule", "line", "column"),
    [
        (b"kind: Model\nmetadata:\n  team: caf\xe9\n", "file/encoding", 3, 12),
        ("elsewhere", "file/outside", 1, 1),
        ("directory", "file/kind", 1, 1),
    ],
)
def test_what_is_no_text_of_the_repository_is_refused(
    content: bytes | str, rule: str, line: int, column: int, bare: Shop, tmp_path: Path
) -> None:
    path = bare.root / "models" / "strange.yaml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "directory":
        path.mkdir()
    else:
        (tmp_path / "secret").write_text(CHURN_TEXT)
        path.symlink_to(tmp_path / "secret")
    run = bare.run("render", "-o", "json")
    path.rmdir() if content == "directory" else path.unlink()
    findings = json.loads(run.out)["findings"]
    assert run.code == 2
    assert [(f["rule"], f["location"]["line"], f["location"]["column"]) for f in findings] == [
        (rule, line, column)
    ]
