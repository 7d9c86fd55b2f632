package code

import (
	"slices"
	"strings"
)

// common are names that every host provides, or that belong to the language and its tools rather than to a service.
var common = []string{ //nolint:gochecknoglobals // a table
	"CI", "COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "HOME", "HOSTNAME",
	"HTTPS_PROXY", "HTTP_PROXY", "LANG", "LC_ALL", "LINES", "NODE_EXTRA_CA_CERTS", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"LOGNAME", "NODE_ENV", "NODE_OPTIONS", "NO_COLOR", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "SHELL",
	"SSL_CERT_DIR", "SSL_CERT_FILE", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USER", "VIRTUAL_ENV",
	"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
}

// Provided tells which variables a service has without anybody declaring them: those of every host, and those of the
// one that it is deployed to (railway, vercel, pipecat, or "" where it is not deployed).
func Provided(host string) func(name string) bool {
	var names []string
	prefixes := []string{"npm_"} // of whoever runs a script of package.json
	switch host {
	case "railway":
		names, prefixes = []string{"PORT", "HOST", "RELEASE_COMMIT"}, append(prefixes, "RAILWAY_")
	case "vercel":
		names, prefixes = []string{"PORT", "HOST", "VERCEL", "NEXT_RUNTIME", "NEXT_PHASE", "NEXT_DEPLOYMENT_ID", "TURBOPACK"}, append(prefixes, "VERCEL_", "NEXT_PUBLIC_VERCEL_")
	case "pipecat":
		names, prefixes = []string{"PORT", "HOST"}, append(prefixes, "PIPECAT_")
	}
	return func(name string) bool {
		if slices.Contains(common, name) || slices.Contains(names, name) {
			return true
		}
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
	}
}
