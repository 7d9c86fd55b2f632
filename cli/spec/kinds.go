package spec

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Types lists the types that a variable may have.
func Types() []string {
	return []string{"string", "url", "port", "uuid", "number", "boolean", "postgres-url", "redis-url", "supabase-secret-key"}
}

var (
	numberShape   = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	supabaseShape = regexp.MustCompile(`^(sb_secret_[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$`)
)

// CheckType reports how a value fails to be of a type. The error never shows the value.
func CheckType(kind, value string) error {
	switch kind {
	case "url":
		return checkURL(value, "http", "https")
	case "postgres-url":
		return checkURL(value, "postgres", "postgresql")
	case "redis-url":
		return checkURL(value, "redis", "rediss", "unix")
	case "port":
		if n, err := strconv.Atoi(value); err != nil || n < 1 || n > 65535 {
			return errors.New("a port is a number from 1 to 65535")
		}
	case "uuid":
		if !uuidShape.MatchString(value) {
			return errors.New("a uuid looks like 00000000-0000-4000-8000-000000000001")
		}
	case "number":
		if !numberShape.MatchString(value) {
			return errors.New("a number has digits, and at most one point")
		}
	case "boolean":
		if value != "true" && value != "false" {
			return errors.New("a boolean is true or false")
		}
	case "supabase-secret-key":
		if !supabaseShape.MatchString(value) {
			return errors.New("a Supabase secret key begins with sb_secret_ (or is an older service_role JWT)")
		}
	}
	return nil
}

func checkURL(value string, schemes ...string) error {
	want := "it begins with " + strings.Join(schemes, ":// or ") + ":// and has a host"
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || (u.Host == "" && u.Scheme != "unix") {
		return errors.New(want) // not the parser's error, which quotes the value
	}
	return nil
}
