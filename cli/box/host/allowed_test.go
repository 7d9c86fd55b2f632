package host_test

import (
	"maps"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/host"
)

func TestAllowed_namesTheCachesOfThePerson(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the folders below are those of Linux")
	}
	home := t.TempDir()
	goenv, npmrc := filepath.Join(home, ".config/go/env"), filepath.Join(home, ".npmrc")
	defaults := map[string]string{
		"GOENV": goenv, "GOCACHE": filepath.Join(home, ".cache/go-build"), "GOMODCACHE": filepath.Join(home, "go/pkg/mod"),
		"npm_config_userconfig": npmrc, "npm_config_cache": filepath.Join(home, ".npm"),
	}
	configured := t.TempDir()
	write(t, filepath.Join(configured, ".config/go/env"), "GOFLAGS=-mod=mod\nGOPATH=/elsewhere\nGOCACHE=/own/cache\n", 0o600)
	write(t, filepath.Join(configured, ".npmrc"), "# a comment\ncache = /own/npm\nregistry=http://127.0.0.1:1\n", 0o600)
	tests := []struct {
		name    string
		environ []string
		want    map[string]string
	}{
		{"nothing else of the shell", []string{
			"HOME=" + home, "PATH=/bin", "DATABASE_URL=x", "REDIS_URL=x", "VERCEL_TOKEN=x", "AWS_SECRET=x", "LD_PRELOAD=x", "NODE_OPTIONS=x",
			"npm_config_local_prefix=/x", "npm_package_name=x", "EDITOR=vi",
		}, with(defaults, "PATH", "/bin")},
		{"network and tools as they are", []string{
			"HOME=" + home, "https_proxy=http://p", "NO_PROXY=a,b", "GOPROXY=off", "GOTOOLCHAIN=local", "NODE_EXTRA_CA_CERTS=/ca",
			"NPM_CONFIG_REGISTRY=http://r", "EMPTY=", "GONOSUMDB=",
		}, with(defaults, "https_proxy", "http://p", "NO_PROXY", "a,b", "GOPROXY", "off", "GOTOOLCHAIN", "local",
			"NODE_EXTRA_CA_CERTS", "/ca", "npm_config_registry", "http://r", "GONOSUMDB", "")},
		{"folders that are named", []string{
			"HOME=" + home, "GOPATH=/a:/b", "GOCACHE=/c", "npm_config_cache=/n", "XDG_CONFIG_HOME=/config",
		}, with(defaults, "GOPATH", "/a:/b", "GOMODCACHE", "/a/pkg/mod", "GOCACHE", "/c", "npm_config_cache", "/n", "GOENV", "/config/go/env")},
		{"folders that a configuration file names", []string{"HOME=" + configured}, map[string]string{
			"GOENV": filepath.Join(configured, ".config/go/env"), "GOFLAGS": "-mod=mod", "GOMODCACHE": "/elsewhere/pkg/mod",
			"npm_config_userconfig": filepath.Join(configured, ".npmrc"),
		}},
		{"no HOME", []string{"PATH=/bin", "no equals sign"}, map[string]string{"PATH": "/bin"}},
		{"an empty HOME", []string{"HOME="}, map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, host.Allowed(tt.environ)); diff != "" {
				t.Errorf("picked (-want +got):\n%s", diff)
			}
		})
	}
}

func with(base map[string]string, pairs ...string) map[string]string {
	m := maps.Clone(base)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}
