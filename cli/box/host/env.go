package host

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
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
	// Outside of a repository Go would stop at a git that is not there.
	flags := append(strings.Fields(env["GOFLAGS"]), "-buildvcs=false")
	if env["GOMODCACHE"] == "" {
		flags = append(flags, "-modcacherw") // the cache is in the box's home then, which must be easy to delete
	}
	maps.Copy(env, map[string]string{
		"HOME": h.cfg.Home, "TMPDIR": temp, "CI": "1", "GOFLAGS": strings.Join(flags, " "),
		"NEXT_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1",
		"npm_config_update_notifier": "false", "npm_config_audit": "false", "npm_config_fund": "false",
	})
	maps.Copy(env, own)
	return list(env)
}

// quietGo turns off the telemetry of Go for the box's home: it has no variable, and starts a process that detaches itself.
func quietGo(home string) error {
	config := ".config"
	if runtime.GOOS == "darwin" {
		config = filepath.Join("Library", "Application Support")
	}
	dir := filepath.Join(home, config, "go", "telemetry")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "mode"), []byte("off"), 0o600)
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
