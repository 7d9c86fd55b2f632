package host

import (
	"maps"
	"slices"
	"strings"
)

// buildEnv is what a build gets: what the person's environment lends, the box's folders, no telemetry, and then the
// service's own variables.
func (h *Host) buildEnv(temp string, own map[string]string) []string {
	env := maps.Clone(h.cfg.Env)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, map[string]string{
		"HOME": h.cfg.Home, "TMPDIR": temp, "CI": "1",
		// Outside of a repository Go would stop at a git that is not there.
		"GOFLAGS":                 strings.TrimSpace(env["GOFLAGS"] + " -buildvcs=false"),
		"NEXT_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1",
		"npm_config_update_notifier": "false", "npm_config_audit": "false", "npm_config_fund": "false",
	})
	maps.Copy(env, own)
	return list(env)
}

// runEnv is what a service gets: three variables of the box, and its own.
func (h *Host) runEnv(temp string, own map[string]string) []string {
	env := map[string]string{"PATH": h.cfg.Env["PATH"], "HOME": h.cfg.Home, "TMPDIR": temp}
	maps.Copy(env, own)
	return list(env)
}

// list is sorted, so that equal environments look equal.
func list(env map[string]string) []string {
	out := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}
