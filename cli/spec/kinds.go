package spec

import (
	"encoding/json"
	"errors"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// variableType is a type of variables.
type variableType struct {
	name   string
	plain  string // what other tools that know types call it; "" for a text
	secret bool   // every value of it is a secret
	check  func(value string) error
}

// variableTypes lists the types that a variable may have.
func variableTypes() []variableType {
	return []variableType{
		{"string", "", false, func(string) error { return nil }},
		{"url", "url", false, func(v string) error { return checkURL(v, "http", "https") }},
		{"port", "port", false, checkPort},
		{"uuid", "uuid", false, matches(uuidShape, "a uuid looks like 00000000-0000-4000-8000-000000000001")},
		{"number", "number", false, matches(numberShape, "a number has digits, and at most one point")},
		{"boolean", "boolean", false, matches(booleanShape, "a boolean is true or false")},
		{"email", "email", false, checkEmail},
		{"host", "", false, matches(hostShape, "a host is a name or an address alone: no https://, no port, no path")},
		{"duration", "", false, checkDuration},
		{"json", "", false, checkJSON},
		{"token", "", true, matches(tokenShape, "a token has at least 32 characters, and no white space")},
		{"postgres-url", "url", true, checkPostgres},
		{"redis-url", "url", true, checkRedis},
		{"webhook-url", "url", true, checkWebhook},
		{"supabase-url", "url", false, checkSupabase},
		{"supabase-secret-key", "", true, checkSupabaseSecret},
		{"supabase-publishable-key", "", false, checkSupabasePublishable},
		{"pipecat-private-key", "", true, matches(pipecatPrivate, "a private key of Pipecat Cloud begins with sk_ (one that begins with pk_ is public, and can only start sessions)")},
		{"pipecat-public-key", "", false, matches(pipecatPublic, "a public key of Pipecat Cloud begins with pk_ (one that begins with sk_ is private, and must not get here)")},
	}
}

// Types lists the names of the types that a variable may have.
func Types() []string {
	var names []string
	for _, k := range variableTypes() {
		names = append(names, k.name)
	}
	return names
}

// SecretType reports whether every value of a type is a secret.
func SecretType(name string) bool { return typeOf(name).secret }

// PlainType is the nearest type that other tools which read annotations know: url, port, uuid, number, boolean, email, or ""
// for a text.
func PlainType(name string) string { return typeOf(name).plain }

// CheckType reports how a value fails to be of a type. The error never shows the value.
func CheckType(name, value string) error {
	if k := typeOf(name); k.check != nil {
		return k.check(value)
	}
	return nil
}

func typeOf(name string) variableType {
	all := variableTypes()
	if i := slices.IndexFunc(all, func(k variableType) bool { return k.name == name }); i >= 0 {
		return all[i]
	}
	return variableType{}
}

var (
	numberShape  = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	booleanShape = regexp.MustCompile(`^(true|false)$`)
	hostShape    = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?|\[?[0-9A-Fa-f:]+\]?)$`)
	tokenShape   = regexp.MustCompile(`^[!-~]{32,}$`)
	// A personal access token does what the private key does.
	pipecatPrivate = regexp.MustCompile(`^(sk_|pcc_pat_)[!-~]+$`)
	pipecatPublic  = regexp.MustCompile(`^pk_[!-~]+$`)
)

func matches(shape *regexp.Regexp, otherwise string) func(string) error {
	return func(value string) error {
		if !shape.MatchString(value) {
			return errors.New(otherwise)
		}
		return nil
	}
}

func checkPort(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n < 1 || n > 65535 {
		return errors.New("a port is a number from 1 to 65535")
	}
	return nil
}

func checkEmail(value string) error {
	if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
		return errors.New("an e-mail address looks like ada@example.org, without a name")
	}
	return nil
}

func checkDuration(value string) error {
	if _, err := time.ParseDuration(value); err != nil {
		return errors.New("a duration looks like 500ms, 30s or 1h30m")
	}
	return nil
}

func checkJSON(value string) error {
	if !json.Valid([]byte(value)) {
		return errors.New("it is not valid JSON")
	}
	return nil
}

func checkURL(value string, schemes ...string) error {
	want := "it begins with " + strings.Join(schemes, ":// or ") + ":// and has a host"
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || (u.Hostname() == "" && u.Scheme != "unix") {
		return errors.New(want) // not the parser's error, which quotes the value
	}
	return nil
}
