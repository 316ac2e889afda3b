// Reads a JSON array of YAML texts and writes what Kubernetes' own reader makes of each: an array
// of {"value": ...} or {"error": "..."}. With -version it writes the versions of reader and Go.
package main

import (
	"encoding/json"
	"log"
	"os"
	"runtime"
	"runtime/debug"

	"sigs.k8s.io/yaml"
)

type reading struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	log.SetFlags(0)
	var answer any
	if len(os.Args) > 1 && os.Args[1] == "-version" {
		answer = versions()
	} else {
		answer = readings()
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		log.Fatal(err)
	}
}

func readings() []reading {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	found := make([]reading, len(texts))
	for i, text := range texts {
		value, err := yaml.YAMLToJSONStrict([]byte(text))
		if err != nil {
			found[i].Error = err.Error()
		} else {
			found[i].Value = value
		}
	}
	return found
}

func versions() map[string]string {
	found := map[string]string{"go": runtime.Version()}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			found[module.Path] = module.Version
		}
	}
	return found
}
