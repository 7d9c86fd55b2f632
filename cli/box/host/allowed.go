package host

import (
	"bufio"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// allowed are the variables of a person that a build gets as they are. They say where tools are, where caches are, and
// how the network is reached; none says what is built, or for whom.
func allowed() []string {
	return []string{
		"PATH",
		"GOROOT", "GOPATH", "GOMODCACHE", "GOCACHE", "GOENV", "GOFLAGS", "GOTOOLCHAIN", "GOPROXY", "GOSUMDB", "GONOSUMDB",
		"GONOPROXY", "GOPRIVATE", "GOINSECURE", "GOVCS", "GOAUTH", "CGO_ENABLED", "CC", "CXX",
		"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
		"NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR",
		"VOLTA_HOME", "NVM_DIR", "ASDF_DIR", "ASDF_DATA_DIR", "MISE_DATA_DIR", "COREPACK_HOME",
	}
}

// allowedNPM are settings of npm, which it reads from npm_config_* in any case. The others stay out: `npm run` sets
// some that name the folder that it was called in.
func allowedNPM() []string {
	return []string{
		"registry", "cache", "userconfig", "globalconfig", "proxy", "https_proxy", "noproxy", "cafile", "ca", "strict_ssl",
		"offline", "prefer_offline", "fetch_retries", "fetch_timeout", "fetch_retry_mintimeout", "fetch_retry_maxtimeout",
		"maxsockets", "nodedir",
	}
}

// Allowed picks from an environment (as os.Environ gives it) what a build may know. HOME is not in it, because a build
// gets the box's own; so the caches and configuration files of Go and npm that lie below the person's are named. It
// reads the two configuration files to leave alone what they set.
func Allowed(environ []string) map[string]string {
	given := map[string]string{}
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok {
			given[name] = value
		}
	}
	picked := map[string]string{}
	for _, name := range allowed() {
		if value, ok := given[name]; ok {
			picked[name] = value
		}
	}
	settings := allowedNPM()
	for name, value := range given {
		lower := strings.ToLower(name)
		if setting, ok := strings.CutPrefix(lower, "npm_config_"); ok && slices.Contains(settings, setting) {
			picked[lower] = value
		}
	}
	if home := given["HOME"]; filepath.IsAbs(home) {
		goDefaults(picked, given, home)
		npmDefaults(picked, home)
	}
	return picked
}

// goDefaults names the caches that Go would find by HOME. What the file of `go env -w` sets is left to it, except
// GOFLAGS, which we add to.
func goDefaults(picked, given map[string]string, home string) {
	cache, config := given["XDG_CACHE_HOME"], given["XDG_CONFIG_HOME"]
	if runtime.GOOS == "darwin" {
		cache, config = filepath.Join(home, "Library", "Caches"), filepath.Join(home, "Library", "Application Support")
	}
	if cache == "" {
		cache = filepath.Join(home, ".cache")
	}
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	if picked["GOENV"] == "" {
		picked["GOENV"] = filepath.Join(config, "go", "env")
	}
	file := settingsOf(picked["GOENV"])
	path := picked["GOPATH"]
	if path == "" {
		path = file["GOPATH"]
	}
	if path == "" {
		path = filepath.Join(home, "go")
	}
	defaults := map[string]string{
		"GOCACHE": filepath.Join(cache, "go-build"), "GOMODCACHE": filepath.Join(filepath.SplitList(path)[0], "pkg", "mod"),
	}
	maps.DeleteFunc(defaults, func(name, _ string) bool { return file[name] != "" || picked[name] != "" })
	maps.Copy(picked, defaults)
	if flags := file["GOFLAGS"]; flags != "" && picked["GOFLAGS"] == "" {
		picked["GOFLAGS"] = flags
	}
}

// npmDefaults names the person's .npmrc, and the cache unless that file does.
func npmDefaults(picked map[string]string, home string) {
	if picked["npm_config_userconfig"] == "" {
		picked["npm_config_userconfig"] = filepath.Join(home, ".npmrc")
	}
	if picked["npm_config_cache"] == "" && settingsOf(picked["npm_config_userconfig"])["cache"] == "" {
		picked["npm_config_cache"] = filepath.Join(home, ".npm")
	}
}

// settingsOf reads NAME=value lines. A file that is missing, or closed to us, sets nothing.
func settingsOf(path string) map[string]string {
	set := map[string]string{}
	file, err := os.Open(path)
	if err != nil {
		return set
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), "="); ok {
			set[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return set
}
