package spec

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// checkPostgres takes what a service connects with, pooler or not: whether migrations can is a rule of its own.
func checkPostgres(value string) error {
	u, err := url.Parse(value)
	switch {
	case strings.Contains(value, "[YOUR-PASSWORD]"):
		return errors.New("[YOUR-PASSWORD] stands in it, where the password belongs")
	case split(value):
		return errors.New(noAddress)
	case err == nil && u.Host == "" && u.Query().Get("host") != "" && strings.HasPrefix(u.Scheme, "postgres"):
		return nil // a socket
	}
	return checkURL(value, "postgres", "postgresql")
}

// checkRedis knows the one mistake that looks right: Upstash shows the address of its REST API first, which is no broker.
func checkRedis(value string) error {
	if u, err := url.Parse(value); err == nil && strings.HasSuffix(u.Hostname(), ".upstash.io") && u.Scheme != "rediss" {
		return errors.New("an address of Upstash begins with rediss:// (with https:// it is the REST API, and redis:// is not answered there)")
	}
	if split(value) {
		return errors.New(noAddress)
	}
	return checkURL(value, "redis", "rediss", "unix")
}

// checkWebhook takes any service that people are told through; of Slack's it knows the paths.
func checkWebhook(value string) error {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return errors.New("it begins with https:// and has a host")
	case strings.Trim(u.Path, "/") == "":
		return errors.New("it has no path, which is what tells one channel from another: copy the whole address")
	case u.Hostname() == "hooks.slack.com" && !slackPath.MatchString(u.Path):
		return errors.New("one of Slack looks like https://hooks.slack.com/services/T…/B…/…")
	}
	return nil
}

var slackPath = regexp.MustCompile(`^/(services/[^/]+/[^/]+/[^/]+|workflows/.+|triggers/.+)$`)

func checkSupabase(value string) error {
	u, err := url.Parse(value)
	switch {
	case err != nil || checkURL(value, "http", "https") != nil:
		return errors.New("it begins with https:// and has a host")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
		return errors.New("it is the project's address alone, without a path: https://REF.supabase.co")
	}
	return nil
}

// checkSupabaseSecret takes the older key too, which tells its role itself.
// https://supabase.com/docs/guides/api/api-keys
func checkSupabaseSecret(value string) error {
	switch role := roleOf(value); {
	case secretShape.MatchString(value), role == "service_role":
		return nil
	case role == "anon", strings.HasPrefix(value, "sb_publishable_"):
		return errors.New("this one is the public key: the secret one begins with sb_secret_ (or is an older JWT of the service_role)")
	}
	return errors.New("a Supabase secret key begins with sb_secret_ (or is an older service_role JWT)")
}

func checkSupabasePublishable(value string) error {
	switch role := roleOf(value); {
	case publishableShape.MatchString(value), role == "anon":
		return nil
	case role == "service_role", strings.HasPrefix(value, "sb_secret_"):
		return errors.New("this one is the secret key, which opens everything: the public one begins with sb_publishable_")
	}
	return errors.New("a Supabase publishable key begins with sb_publishable_ (or is an older anon JWT)")
}

var (
	secretShape      = regexp.MustCompile(`^sb_secret_[A-Za-z0-9_-]+$`)
	publishableShape = regexp.MustCompile(`^sb_publishable_[A-Za-z0-9_-]+$`)
)

// roleOf is the role that a JWT of Supabase says, "" for none. Nobody checks its signature here.
func roleOf(value string) string {
	parts := strings.Split(value, ".")
	if len(parts) != 3 || !strings.HasPrefix(value, "eyJ") {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		Role string `json:"role"`
	}
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.Role
}

// Credential reports whether a text holds what can only be a secret, by the prefixes that vendors gave their keys, or a
// password in an address.
func Credential(text string) bool { return credential.MatchString(text) }

// HideCredentials masks what Credential finds.
func HideCredentials(text string) string { return credential.ReplaceAllString(text, masked) }

// OpensAll reports whether a value is a key that must never reach a browser.
func OpensAll(value string) bool {
	return secretShape.MatchString(value) || roleOf(value) == "service_role" || pipecatPrivate.MatchString(value) || strings.HasPrefix(value, "vcp_")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
