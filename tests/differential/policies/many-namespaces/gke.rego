package main.gke

deny contains "gke" if input.kind

warn contains "gke warns"
