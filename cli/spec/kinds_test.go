package spec_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"readme/cli/spec"
)

func jwt(role string) string {
	return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"supabase","role":"`+role+`"}`)) + ".c2lnbmF0dXJl"
}

func TestCheckType_takesWhatTheVendorsGive(t *testing.T) {
	t.Parallel()
	for kind, values := range map[string][]string{
		"string":   {"", "anything at all"},
		"url":      {"http://127.0.0.1:3000/x", "https://example.test"},
		"port":     {"1", "65535"},
		"uuid":     {"00000000-0000-4000-8000-000000000001"},
		"number":   {"-1.5", "0"},
		"boolean":  {"true", "false"},
		"email":    {"ada@example.org"},
		"host":     {"example.test", "localhost", "127.0.0.1", "[::1]", "a-b.c.", "::1"},
		"duration": {"30s", "1h30m"},
		"json":     {`{"a": [1]}`, "3"},
		"token":    {strings.Repeat("x", 32), "R4x!" + strings.Repeat("~", 40)},
		"postgres-url": {
			"postgresql://postgres.ref:p%40ss@aws-0-eu-central-1.pooler.supabase.com:6543/postgres", "postgres://u@h/d", "postgres:///d?host=/var/run/postgresql",
		},
		"redis-url":                {"redis://127.0.0.1:6379/0", "rediss://default:x@name.upstash.io:6379", "unix:///run/redis.sock"},
		"webhook-url":              {"https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/triggers/T0/1/abc", "https://mattermost.example.test/hooks/abc", "http://127.0.0.1:9/hook"},
		"supabase-url":             {"https://abcdefghijklmnopqrst.supabase.co", "http://127.0.0.1:54321/", "https://data.example.test"},
		"supabase-secret-key":      {"sb_secret_abc-DEF_123", jwt("service_role")},
		"supabase-publishable-key": {"sb_publishable_abc", jwt("anon")},
		"pipecat-private-key":      {"sk_local1234", "pcc_pat_abc"},
		"pipecat-public-key":       {"pk_local1234"},
	} {
		if !slices.Contains(spec.Types(), kind) {
			t.Errorf("%s is no type", kind)
		}
		for _, v := range values {
			if err := spec.CheckType(kind, v); err != nil {
				t.Errorf("%s refuses %q: %v", kind, v, err)
			}
		}
	}
}

func TestCheckType_saysWhatIsWrongAndNeverTheValue(t *testing.T) {
	t.Parallel()
	const marker = "hunter2"
	tried := map[string]bool{"string": true}
	for _, c := range []struct{ kind, value, want string }{
		{"url", "hunter2", "it begins with http://"},
		{"url", "ftp://hunter2", "it begins with http://"},
		{"url", "http://:80/hunter2", "it begins with http://"},
		{"port", "0", "1 to 65535"},
		{"port", "hunter2", "1 to 65535"},
		{"uuid", "hunter2", "a uuid looks like"},
		{"number", "1e9 hunter2", "a number has digits"},
		{"boolean", "yes hunter2", "true or false"},
		{"email", "Ada <hunter2@example.org>", "looks like ada@example.org"},
		{"email", "hunter2", "looks like ada@example.org"},
		{"host", "https://hunter2", "no https://"},
		{"host", "hunter2:80", "no port"},
		{"duration", "30 hunter2", "30s"},
		{"json", "{'a': hunter2}", "not valid JSON"},
		{"token", "hunter2", "at least 32"},
		{"token", strings.Repeat("hunter2 ", 8), "no white space"},
		{"token", "“" + strings.Repeat("hunter2", 8) + "”", "ASCII"},
		{"postgres-url", "https://hunter2", "postgres://"},
		{"postgres-url", "postgresql://postgres:[YOUR-PASSWORD]@hunter2:5432/postgres", "where the password belongs"},
		{"postgres-url", "postgresql://postgres:hunter2#x@h:5432/postgres", "%23 for #"},
		{"postgres-url", "postgresql://postgres:hunter2%zz@h:5432/postgres", "%25 for %"},
		{"postgres-url", "postgresql://postgres:hunt@1/er2@h:5432/postgres", "%40 for @"},
		{"redis-url", "redis://default:hunt@1/er2@h:6379", "%40 for @"},
		{"redis-url", "https://hunter2.upstash.io", "REST API"},
		{"redis-url", "redis://hunter2.upstash.io:6379", "rediss://"},
		{"redis-url", "hunter2:6379", "redis://"},
		{"webhook-url", "http://example.test/hunter2", "https://"},
		{"webhook-url", "https://hooks.slack.com/", "no path"},
		{"webhook-url", "https://hooks.slack.com/services/hunter2", "services/T"},
		{"supabase-url", "https://ref.supabase.co/rest/v1/hunter2", "without a path"},
		{"supabase-url", "hunter2", "https://"},
		{"supabase-secret-key", jwt("anon"), "this one is the public key"},
		{"supabase-secret-key", "sb_publishable_hunter2", "this one is the public key"},
		{"supabase-secret-key", "eyJhunter2.b.c", "begins with sb_secret_"},
		{"supabase-publishable-key", jwt("service_role"), "this one is the secret key"},
		{"supabase-publishable-key", "sb_secret_hunter2", "this one is the secret key"},
		{"supabase-publishable-key", "hunter2", "begins with sb_publishable_"},
		{"pipecat-private-key", "pk_hunter2", "is public"},
		{"pipecat-public-key", "sk_hunter2", "is private"},
	} {
		tried[c.kind] = true
		err := spec.CheckType(c.kind, c.value)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), marker) {
			t.Errorf("%s %q: got %v", c.kind, c.value, err)
		}
	}
	for _, kind := range spec.Types() {
		if !tried[kind] {
			t.Errorf("no value of the type %s was refused", kind)
		}
	}
}

func TestOpensAll_knowsKeysThatMustNotReachABrowser(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"sb_secret_x": true, jwt("service_role"): true, "sk_x": true, "vcp_x": true,
		"sb_publishable_x": false, jwt("anon"): false, "pk_x": false, "eyJ.x.y": false, "": false,
	} {
		if got := spec.OpensAll(value); got != want {
			t.Errorf("%q: got %v, want %v", value, got, want)
		}
	}
}

func TestPlainType_isWhatOtherToolsKnow(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"redis-url": "url", "port": "port", "token": "", "none": ""} {
		if got := spec.PlainType(kind); got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
	if !spec.SecretType("supabase-secret-key") || spec.SecretType("pipecat-public-key") {
		t.Error("which types are secrets is not known")
	}
}
