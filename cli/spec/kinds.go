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
	plain  string // what other tools that know types call it; "" for a text
	secret bool   // every value of it is a secret
	check  func(value string) error
}

// Types lists the names of the types that a variable may have.
func Types() []string {
	return []string{
		"string", "url", "port", "uuid", "number", "boolean", "email", "host", "duration", "json", "token", "postgres-url", "redis-url",
		"webhook-url", "supabase-url", "supabase-secret-key", "supabase-publishable-key", "pipecat-private-key", "pipecat-public-key",
	}
}

// typeOf gives one of Types. It is asked for every variable of every service, so it makes no list of them.
func typeOf(name string) variableType {
	switch name {
	case "string":
		return variableType{check: func(string) error { return nil }}
	case "url":
		return variableType{plain: "url", check: func(v string) error { return checkURL(v, "http", "https") }}
	case "port":
		return variableType{plain: "port", check: checkPort}
	case "uuid":
		return variableType{plain: "uuid", check: matches(uuidShape, "a uuid looks like 00000000-0000-4000-8000-000000000001")}
	case "number":
		return variableType{plain: "number", check: matches(numberShape, "a number has digits, and at most one point")}
	case "boolean":
		return variableType{plain: "boolean", check: matches(booleanShape, "a boolean is true or false")}
	case "email":
		return variableType{plain: "email", check: checkEmail}
	case "host":
		return variableType{check: matches(hostShape, "a host is a name or an address alone: no https://, no port, no path")}
	case "duration":
		return variableType{check: checkDuration}
	case "json":
		return variableType{check: checkJSON}
	case "token":
		return variableType{secret: true, check: matches(tokenShape, "a token has at least 32 characters, all of them ASCII, and no white space")}
	case "postgres-url":
		return variableType{plain: "url", secret: true, check: checkPostgres}
	case "redis-url":
		return variableType{plain: "url", secret: true, check: checkRedis}
	case "webhook-url":
		return variableType{plain: "url", secret: true, check: checkWebhook}
	case "supabase-url":
		return variableType{plain: "url", check: checkSupabase}
	case "supabase-secret-key":
		return variableType{secret: true, check: checkSupabaseSecret}
	case "supabase-publishable-key":
		return variableType{check: checkSupabasePublishable}
	case "pipecat-private-key":
		return variableType{secret: true, check: matches(pipecatPrivate, "a private key of Pipecat Cloud begins with sk_ (one that begins with pk_ is public, and can only start sessions)")}
	case "pipecat-public-key":
		return variableType{check: matches(pipecatPublic, "a public key of Pipecat Cloud begins with pk_ (one that begins with sk_ is private, and must not get here)")}
	}
	return variableType{}
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
	if scheme, _, found := strings.Cut(value, "://"); err != nil && found && slices.Contains(schemes, strings.ToLower(scheme)) {
		return errors.New(noAddress) // not the parser's error, which quotes the value
	}
	if err != nil || !slices.Contains(schemes, u.Scheme) || (u.Hostname() == "" && u.Scheme != "unix") {
		return errors.New(want)
	}
	return nil
}

// noAddress is what is wrong with most addresses that look right and are none.
const noAddress = "it cannot be read as an address: a password in it is written with %40 for @, %3A for :, %2F for /, %3F for ?, %23 for # and %25 for %"

// split reports whether a password with an @ and a / in it, written as it is, made a host and a path of its halves.
func split(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.User != nil && strings.Contains(u.Path+u.RawQuery+u.Fragment, "@")
}
