"""What policies are asked about: manifests as people have them, and texts that readers get wrong."""

from __future__ import annotations

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-shop
  labels: {app: web, app.kubernetes.io/name: web, team: platform, version: v1.19.3}
  annotations:
    example.com/settings: '{"replicas": 9, "on": true}'
    tier: "1"
  creationTimestamp: "2023-05-06T07:08:09Z"
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
        - name: migrate
          image: ghcr.io/shop/migrate@sha256:0000000000000000000000000000000000000000000000000000000000000000
      containers:
        - name: web
          image: nginx:latest
          ports: [{containerPort: 80}, {containerPort: 8080}]
          resources: {requests: {cpu: 500m, memory: 128Mi}, limits: {cpu: 1, memory: 2Gi}}
          env: [{name: MODE, value: "fast"}, {name: EMPTY}]
        - name: sidecar-2
          image: registry.example.com/shop/sidecar:1.2.3
          readinessProbe: {httpGet: {path: /, port: 1}}
          resources: {requests: {cpu: "2", memory: 1Gi}}
          securityContext: {privileged: true, runAsNonRoot: true}
        - {name: twin, image: registry.example.com/shop/sidecar:1.2.3, resources: {requests: {cpu: 1, memory: 64Mi}}}
      volumes: [{name: socket, hostPath: {path: /var/run/docker.sock}}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}, annotations: {}}
spec:
  selector: {app: web}
  ports:
    - {port: 80, targetPort: http}
    - {name: metrics, port: 9090}
    - {name: debug, port: 60000}
"""
PLAIN_SERVICE = """\
kind: Service
metadata: {name: api-2, labels: {team: growth}, annotations: {excused: root}}
spec: {ports: [{name: http, port: 8080}]}
"""
CONFIG = """\
kind: ConfigMap
metadata: {name: "Bad_Name!", labels: null}
data: {DB_PASSWORD: aHVudGVyMg==, greeting: "no%base64", empty: ""}
stringData: {a: "x: [1, yes, 0x10]", b: "- 1\\n- {k: v}"}
"""
POLICY = """\
kind: NetworkPolicy
metadata: {name: open}
spec:
  ingress:
    - from: [{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: 10.1.0.0/16}}, {ipBlock: {cidr: 10.1.2.0/24}}]
"""
INGRESS = """\
kind: Ingress
metadata: {name: front}
spec:
  tls: [{hosts: [a.example.com]}]
  rules: [{host: a.example.com}, {host: "*.example.com"}, {host: a.example.com}]
"""
ROLE = """\
kind: Role
metadata: {name: reader}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get, list]}
  - {apiGroups: [""], resources: [secrets], verbs: ["*"]}
"""
LIST = """\
kind: List
items:
  - {kind: Service, metadata: {name: b}}
  - {kind: Service, metadata: {name: a}}
  - {kind: Deployment, metadata: {name: a}}
"""
TASKS = """\
tasks:
  build: {}
  test: {needs: [build]}
  ship: {needs: [test, sign]}
  sign: {needs: [ship]}
usage: {cpu: 5, memory: 16, disk: 3}
"""

MANIFESTS = {
    "deployment.yaml": DEPLOYMENT,
    "service.yaml": SERVICE,
    "plain.yaml": PLAIN_SERVICE,
    "config.yaml": CONFIG,
    "network.yaml": POLICY,
    "ingress.yaml": INGRESS,
    "role.yaml": ROLE,
    "list.yaml": LIST,
    "tasks.yaml": TASKS,
}

ODD = {
    "booleans.yaml": "a: yes\nb: No\nc: on\nd: OFF\ne: y\nf: n\ng: Y\nh: true\ni: TRUE\nj: 'yes'\nk: yEs\n",
    "numbers.yaml": (
        "a: 0644\nb: 0o17\nc: 0x1F\nd: 1_000\ne: 1:30\nf: 1e3\ng: .5\nh: 5.\ni: +12\nj: -0\n"
        "k: 0b101\nl: 1.50\nm: 08\nn: 1e-7\np: -.5e+2\nq: 999999\nr: 0.1\n"
        "s: 1.0\nt: 123e2\nu: 0.30000000000000004\nv: 1__2\nw: 0x_1\nx: 2.5e-5\n"
    ),
    "millions.yaml": "a: 12345678901234567\nb: 1000000\nc: 2500000.5\nd: -4000000\n",
    "minus.json": '{"a": -0, "b": -0.0}',
    "millions.json": '{"a": 12345678901234567890, "b": 1000000}',
    "nulls.yaml": "a: ~\nb: null\nc: Null\nd:\ne: nil\nf: 'null'\nenabled: NULL\n",
    "dates.yaml": "a: 2024-01-02\nb: 2024-01-02T03:04:05Z\nc: 2024-01-02 03:04:05\nd: '2024-01-02'\n",
    "strings.yaml": (
        "a: |\n  two\n  lines\nb: >\n  folded\n  text\n\n  more\nc: |-\n  stripped\nd: |+\n  kept\n\n"
        "e: plain\n  continued\nf: \"esc\\t\\u00e9\\x41\\n\"\ng: 'it''s'\nh: \"\"\ni: a#b\nj: 'a: b'\n"
    ),
    "duplicates.yaml": "kind: First\na: 1\nkind: Second\na: {b: 1, b: 2}\n",
    "anchors.yaml": (
        "base: &base {kind: Base, x: 1}\nkind: Deployment\nother:\n  <<: *base\n  x: 2\n"
        "list: &l [1, 2]\nagain: *l\nmerged:\n  <<: [{p: 1}, {p: 2, q: 3}]\n"
    ),
    "tags.yaml": "a: !Ref thing\nb: !!str 12\nc: !!int '7'\nd: !Sub [x, y]\ne: !!float 3\nf: !!binary aGk=\n",
    "keys.yaml": "1: one\ntrue: yes\n1.5: x\n2024-01-01: date\n? complex\n: value\nyes: no\n0x10: hex\n",
    "crlf.yaml": "kind: Service\r\nmetadata:\r\n  name: web\r\n---\r\nkind: Deployment\r\nmetadata: {name: two}\r\n",
    "mixed-newlines.yaml": "kind: Service\r\nmetadata: {name: a}\n---\nkind: Deployment\n",
    "trailing.yaml": "kind: Service\nmetadata: {name: web}\n---\n",
    "trailing-no-newline.yaml": "kind: Service\n---\nkind: Deployment\n---",
    "trailing-spaces.yaml": "kind: Service\n--- \nkind: Deployment\n",
    "separator-comment.yaml": "kind: Service\n--- # second\nkind: Deployment\n",
    "leading.yaml": "---\nkind: Service\nmetadata: {name: web}\n",
    "leading-twice.yaml": "---\n---\nkind: Service\n",
    "leading-newline.yaml": "\n---\nkind: Service\n---\nkind: Role\n",
    "directive.yaml": "%YAML 1.1\n---\nkind: Service\n---\nkind: Deployment\n",
    "dots.yaml": "kind: Service\n...\n---\nkind: Deployment\n...\n",
    "empty.yaml": "",
    "newline.yaml": "\n",
    "comment.yaml": "# nothing\n",
    "empties.yaml": "kind: A\n---\n\n---\n# nothing\n---\nnull\n---\nkind: B\n",
    "scalar.yaml": "just text\n",
    "number.yaml": "42\n",
    "list-root.yaml": "- {kind: Service, metadata: {name: a}}\n- {kind: Deployment}\n- text\n- 3\n",
    "list-empty.yaml": "[]\n",
    "list-nested.yaml": "[[{kind: A}], [{kind: B}, {kind: C}]]\n",
    "unicode.yaml": "kind: Dienst\nmetadata: {name: größe-日本-🎉, 'ключ': \"\\u200b\"}\n",
    "bom.yaml": "\ufeffkind: Service\nmetadata: {name: web}\n",
    "separator-in-text.yaml": "kind: A\ntext: |\n  x\n---\nkind: B\n",
    "separator-in-block.yaml": "kind: A\ntext: '\n---\n'\n",
    "escapes.json": '{"kind": "S\\u00e9rvice", "a": "<>&\\u2028\\ud83c\\udf89", "n": 1.0, "m": 1e2, "e": []}',
    "documents.json": '[{"kind": "Service"}, {"kind": "Deployment", "metadata": {"name": "x"}}, null, 5]',
    "scalar.json": '"text"',
    "null.json": "null",
    "nested-list.json": '{"kind": "List", "metadata": {"name": "web"}, "items": [{"kind": "Service", "metadata": {"name": "n"}}]}',
    "duplicates.json": '{"kind": "First", "kind": "Second", "a": {"b": 1, "b": 2}}',
    "numbers.json": '{"a": 1.10, "b": 1e3, "d": 0.1, "f": 1E-7, "g": 100}',
    "settings.toml": (
        'title = "x"\n[server]\nport = 80\nratio = 0.5\nsince = 2024-01-02T03:04:05Z\nday = 2024-01-02\n'
        'names = ["a", "b"]\non = true\n[owner]\nname = "me"\n[[items]]\nkind = "Service"\n[items.metadata]\nname = "t"\n'
    ),
    "odd.toml": "a = 0x1f\nb = 1_000\nc = 1e3\nd = 'raw\\n'\n\"quoted key\" = 1\nx.y.z = 3\n",
    "settings.ini": (
        "top = 1\n[server]\nport = 80\ninsecure_mode = yes\n; comment\n# comment\nname: web\n[empty]\n"
        "[Server]\nPort = 1.5\nflag\n"
    ),
    "quoted.ini": "[a]\nx = \"quoted\"\ny = 'single'\nz = a ; b\nw = a#b\n[a]\nagain = true\n",
    "app.properties": "a.b=1\nc = two words\n# comment\n! comment\nd:colon\ne\\u00e9=x\nf=line \\\n  two\n",
    "Dockerfile": (
        "FROM golang:1.22 AS build\nARG VERSION=1\nRUN go build \\\n  -o /x ./...\n# comment\n"
        'FROM scratch\nCOPY --from=build /x /x\nENV A=b C="d e"\nUSER 1000\nENTRYPOINT ["/x", "-v"]\n'
    ),
    ".dockerignore": "# comment\nnode_modules\n!keep\n\n*.log\n",
    ".env": "A=1\nexport B='two words'\nC=\"x\\ny\"\n# comment\nD=\n",
    "pom.xml": '<a x="1"><b>t</b><b>u</b><c/><d>5</d></a>',
    "conf.jsonc": '{\n  // comment\n  "kind": "Service", /* more */\n  "list": [1, 2,],\n}\n',
    "data.edn": '{:a 1, :b [1 2.5 true nil], :c #{1 2}, "d" {:e :f}}',
    "CODEOWNERS": "# comment\n* @all\n/docs/ @writers docs@example.com\n",
}

BROKEN = {
    "tab.yaml": "a:\n\tb: 1\n",
    "unclosed.yaml": "a: [1, 2\n",
    "indent.yaml": "a: 1\n  b: 2\n",
    "alias.yaml": "a: *nothing\n",
    "null-key.yaml": "~: 1\n",
    "infinity.yaml": "a: .inf\n",
    "nan.yaml": "a: .nan\n",
    "list-key.yaml": "? [a]\n: b\n",
    "control.yaml": "a: \x01\n",
    "colon.yaml": "a: b: c\n",
    "second.yaml": "kind: Service\n---\na: [\n",
    "comma.json": '{"a": 1,}',
    "twice.json": '{"a": 1} {"b": 2}',
    "empty.json": "",
    "infinity.json": '{"a": Infinity}',
    "huge.json": '{"a": 1e999}',
    "bad.toml": "a = \n",
    "twice.toml": "a = 1\na = 2\n",
    "bad.ini": "[a\nx=1\n",
    "bad.xml": "<a><b></a>",
    "text.txt": "nothing that is known\n",
}

DATA = {
    "data/exclusions.yaml": 'exclusions: {"80": well known, "22": ssh}\n',
    "data/teams/teams.json": '{"platform": {"kinds": ["Service"]}, "growth": {"kinds": []}}',
    "data/nested/deep/values.yml": "value: {a: [1, yes, 0x10], b: 1.50}\n---\nsecond: never read\n",
    "data/notes.txt": "not data",
    "data/policy.rego": "package never",
    "settings.yaml": "settings: {limit: 3, on: true}\nlimits: {replicas: 5}\n",
    "settings.json": '{"settings": {"limit": 3}}',
    "other.yaml": "settings: {more: 4}\n",
    "conflict.yaml": "settings: text\n",
}
