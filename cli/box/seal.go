package box

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"readme/cli/box/host"
	"readme/cli/release"
)

// The only two variables by which something outside of the box gets into it.
const (
	OwnDatabase = "READMEOPS_BOX_DATABASE_URL"
	OwnRedis    = "READMEOPS_BOX_REDIS_URL"
)

// outside are the variables that a founder's shell may hold of real servers. The box reads none of them.
//
//nolint:gochecknoglobals // a table
var outside = []string{
	"DATABASE_URL", "REDIS_URL", "SUPABASE_URL", "SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_ROLE_KEY",
	"RAILWAY_TOKEN", "RAILWAY_API_TOKEN", "VERCEL_TOKEN", "VERCEL_AUTOMATION_BYPASS_SECRET", "PIPECAT_PRIVATE_KEY",
	"RAILWAY_API_URL", "VERCEL_API_URL", "PIPECAT_API_HOST", "ADMIN_TOKEN", "BOT_START_URL", "BOT_START_PUBLIC_API_KEY",
}

// ignored says in one line which of them this shell holds; "" for none.
func ignored(environ []string) string {
	var names []string
	for _, kv := range environ {
		if name, value, _ := strings.Cut(kv, "="); value != "" && slices.Contains(outside, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return "the box is sealed: it ignores " + strings.Join(names, ", ") + " of your shell"
}

// loopback refuses an own server of the founder's that is not on this machine.
func loopback(variable, value string) error {
	u, err := url.Parse(value)
	if err != nil {
		return &release.Fault{Title: variable + " is no URL", Exit: release.ExitInvalid, Try: "unset " + variable}
	}
	host := u.Hostname()
	for _, key := range []string{"host", "hostaddr", "service", "servicefile"} { // to Postgres they outweigh what stands before the "?"
		if u.Query().Has(key) {
			host = key + "=" + u.Query().Get(key)
		}
	}
	if ip := net.ParseIP(host); host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return nil
	}
	if host == "" {
		host = "no host"
	}
	return &release.Fault{
		Title:  fmt.Sprintf("%s points to %s, and the box only uses servers on this machine", variable, host),
		Detail: "a box never talks to anything that could be somebody's production",
		Exit:   release.ExitInvalid, Try: "unset " + variable,
	}
}

// ToolEnv is what the tools that the box calls (npm, git, go) get of a person's environment: what builds get, and HOME.
func ToolEnv(environ []string) []string {
	var out []string
	for name, value := range host.Allowed(environ) {
		out = append(out, name+"="+value)
	}
	for _, kv := range environ {
		if strings.HasPrefix(kv, "HOME=") {
			out = append(out, kv)
		}
	}
	slices.Sort(out)
	return out
}
