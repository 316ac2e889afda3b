{{- /* Labels of every object of a model. */ -}}
{{- define "model.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .name }}-{{ .environment }}
{{- end }}

{{- define "model.owner" -}}
app.kubernetes.io/managed-by: modelyard
modelyard.dev/team: {{ .team }}
modelyard.dev/tier: {{ .tier }}
modelyard.dev/environment: {{ .environment }}
{{- end }}

{{- define "model.server" -}}
{{ include "model.labels" . }}
app.kubernetes.io/version: {{ .release }}
app.kubernetes.io/component: server
{{ include "model.owner" . }}
{{- end }}

{{- define "model.training" -}}
{{ include "model.labels" . }}
app.kubernetes.io/version: {{ .release }}
app.kubernetes.io/component: training
{{ include "model.owner" . }}
{{- end }}

{{- define "model.annotations" -}}
modelyard.dev/release: {{ .release }}
modelyard.dev/spec: models/{{ .name }}.yaml
{{- end }}

{{- /* Which pods serve. */ -}}
{{- define "model.serverPods" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/component: server
{{- end }}

{{- define "model.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "model.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: true
{{- end }}

{{- define "model.pullSecrets" -}}
{{- range . }}
- name: {{ . }}
{{- end }}
{{- end }}

{{- define "model.spread" -}}
{{- range $topology := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ $topology }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "model.serverPods" $.model | nindent 6 }}
      modelyard.dev/track: {{ $.track }}
  matchLabelKeys:
    - pod-template-hash
{{- end }}
{{- end }}

{{- /* A peer of a network policy, by namespace and labels. */ -}}
{{- define "model.peer" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ .namespace }}
  {{- with .podLabels }}
  podSelector:
    matchLabels:
      {{- toYaml . | nindent 6 }}
  {{- end }}
{{- end }}

{{- /* What every pod may reach, and then the endpoints that it names. */ -}}
{{- define "model.egress" -}}
- to:
    {{- include "model.peer" .values.dns | nindent 4 }}
  ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
- to:
    {{- include "model.peer" .values.controlPlane | nindent 4 }}
  ports:
    - protocol: TCP
      port: {{ .values.controlPlane.port }}
{{- range $name := .names }}
{{- $endpoint := index $.endpoints $name }}
- to:
    {{- range $endpoint.cidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
    {{- if $endpoint.namespace }}
    {{- include "model.peer" $endpoint | nindent 4 }}
    {{- end }}
  ports:
    {{- range $endpoint.ports }}
    - protocol: TCP
      port: {{ . }}
    {{- end }}
{{- end }}
{{- end }}

{{- /* Volumes and their places in a container, of secrets that are read as files. */ -}}
{{- define "model.secretVolumes" -}}
{{- range $name, $secret := .secrets }}
{{- if $secret.files }}
- name: secret-{{ $name }}
  secret:
    secretName: {{ $.name }}-secrets
    items:
      {{- range $secret.files }}
      - key: {{ $name }}.{{ . }}
        path: {{ . }}
      {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "model.secretMounts" -}}
{{- range $name, $secret := .secrets }}
{{- if $secret.files }}
- name: secret-{{ $name }}
  mountPath: /secrets/{{ $name }}
  readOnly: true
{{- end }}
{{- end }}
{{- end }}

{{- /* The pod that trains. */ -}}
{{- define "model.trainingJob" -}}
{{- $m := .model }}
{{- $v := .values }}
backoffLimit: 1
activeDeadlineSeconds: {{ $m.training.deadlineSeconds }}
template:
  metadata:
    labels:
      {{- include "model.labels" $m | nindent 6 }}
      app.kubernetes.io/component: training
      {{- include "model.owner" $m | nindent 6 }}
  spec:
    serviceAccountName: {{ $m.name }}-training
    automountServiceAccountToken: false
    enableServiceLinks: false
    imagePullSecrets:
      {{- include "model.pullSecrets" $v.pullSecrets | trim | nindent 6 }}
    {{- with .environment.priorityClasses }}
    priorityClassName: {{ index . $m.tier }}
    {{- end }}
    nodeSelector:
      {{- toYaml $v.pool.nodeSelector | nindent 6 }}
    tolerations:
      {{- toYaml $v.pool.tolerations | nindent 6 }}
    securityContext:
      {{- include "model.podSecurity" $v.user | nindent 6 }}
    restartPolicy: Never
    volumes:
      - name: tmp
        emptyDir:
          sizeLimit: 1Gi
      - name: cache
        emptyDir:
          sizeLimit: 10Gi
      - name: shared-memory
        emptyDir:
          medium: Memory
          sizeLimit: 8Gi
    containers:
      - name: trainer
        image: {{ $m.training.image }}
        args:
          {{- toYaml $m.training.args | nindent 10 }}
        env:
          - name: MODEL_NAME
            value: {{ $m.name }}
          - name: HOME
            value: /tmp
          - name: XDG_CACHE_HOME
            value: /cache
          {{- range $name, $value := $m.training.env }}
          - name: {{ $name }}
            value: {{ $value | quote }}
          {{- end }}
          {{- range $secret, $found := $m.secrets }}
          {{- range $name, $key := $found.env }}
          - name: {{ $name }}
            valueFrom:
              secretKeyRef:
                name: {{ $m.name }}-secrets
                key: {{ $secret }}.{{ $key }}
          {{- end }}
          {{- end }}
        resources:
          requests:
            {{- toYaml $m.training.resources.requests | nindent 12 }}
            nvidia.com/gpu: {{ $m.training.gpus }}
          limits:
            {{- toYaml $m.training.resources.limits | nindent 12 }}
            nvidia.com/gpu: {{ $m.training.gpus }}
        securityContext:
          {{- include "model.containerSecurity" . | nindent 10 }}
        volumeMounts:
          - name: tmp
            mountPath: /tmp
          - name: cache
            mountPath: /cache
          - name: shared-memory
            mountPath: /dev/shm
{{- end }}

{{- /* What every alert says of itself. */ -}}
{{- define "model.alertLabels" -}}
model: {{ .model.name }}
environment: {{ .model.environment }}
team: {{ .model.team }}
tier: {{ .model.tier }}
channel: {{ .environment.namespace }}
{{- end }}
