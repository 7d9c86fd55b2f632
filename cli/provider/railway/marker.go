package railway

import (
	"strings"

	"readme/cli/provider"
)

// markerWord opens the message of every deployment that we make.
const markerWord = "readme-ops"

// message writes a marker as the message of an upload, which Railway keeps as meta.cliMessage.
func message(m provider.Marker) string {
	return markerWord + " " + m.Commit + " tree=" + m.Tree + " release=" + m.Release
}

// parseMarker reads a message back. One that is not ours gives the zero Marker.
func parseMarker(s string) provider.Marker {
	words := strings.Fields(s)
	if len(words) < 2 || words[0] != markerWord {
		return provider.Marker{}
	}
	m := provider.Marker{Commit: words[1]}
	for _, w := range words[2:] {
		switch k, v, _ := strings.Cut(w, "="); k {
		case "tree":
			m.Tree = v
		case "release":
			m.Release = v
		}
	}
	return m
}

// marker is what is known of a deployment. One of a commit keeps none of ours: Railway knows its commit, and nobody the
// run that asked for it.
func (d wireDeployment) marker() provider.Marker {
	if m := parseMarker(d.meta("cliMessage")); m != (provider.Marker{}) {
		return m
	}
	return provider.Marker{Commit: d.meta("commitHash")}
}
