package pipecat

import (
	"net/http"
	"time"
)

// organization is the one that both keys belong to.
const organization = "cc71b52d-4271-46c9-87be-cac600fd821a"

const defaultRegion = "us-west"

func regionCodes() []string { return []string{"us-west", "us-east", "eu-central", "ap-south"} }

func regions(*http.Request, time.Time) answer {
	names := []string{"US West (Oregon)", "US East (Virginia)", "Europe (Frankfurt)", "Asia Pacific (Mumbai)"}
	var list []map[string]any
	for i, code := range regionCodes() {
		list = append(list, map[string]any{"code": code, "display_name": names[i]})
	}
	return ok(map[string]any{"regions": list})
}

func properties(*http.Request, time.Time) answer {
	return ok(map[string]any{"properties": map[string]any{"defaultRegion": defaultRegion}})
}
