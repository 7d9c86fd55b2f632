package vercel

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
)

const (
	keyPattern = `^[A-Za-z_][A-Za-z0-9_]{0,255}$`
	maxValue   = 65536
)

// envBody is a variable as it is sent. Target is one word or several.
type envBody struct {
	Key     string          `json:"key"`
	Value   *string         `json:"value"`
	Type    string          `json:"type"`
	Target  json.RawMessage `json:"target"`
	Branch  string          `json:"gitBranch"`
	Comment string          `json:"comment"`
}

func (b envBody) targets() []string {
	var many []string
	var one string
	if json.Unmarshal(b.Target, &many) == nil {
		return many
	}
	if json.Unmarshal(b.Target, &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}

func (b envBody) check(targets []string) error {
	bad := func(code, text string) error { return refuse(http.StatusBadRequest, code, "%s", text) }
	switch {
	case !regexp.MustCompile(keyPattern).MatchString(b.Key):
		return bad("env_key_invalid_characters", "The name contains invalid characters, or is too long")
	case b.Value == nil:
		return bad("bad_request", "Invalid request: missing required property `value`")
	case len(*b.Value) > maxValue:
		return bad("env_value_invalid_length", "The value is too long")
	case !slices.Contains([]string{"plain", "encrypted", "sensitive", "system"}, b.Type):
		return bad("bad_request", "Invalid request: `type` should be plain, encrypted, sensitive or system")
	}
	return checkTargets(b.Type, targets)
}

func checkTargets(kind string, targets []string) error {
	if len(targets) == 0 {
		return refuse(http.StatusBadRequest, "bad_request", "Invalid request: `target` is empty")
	}
	for _, t := range targets {
		if !slices.Contains([]string{production, "preview", "development"}, t) {
			return refuse(http.StatusBadRequest, "bad_request", "Invalid request: unknown target %q", t)
		}
		if t == "development" && kind == "sensitive" {
			return refuse(http.StatusBadRequest, "bad_request", "A sensitive variable cannot target development")
		}
	}
	return nil
}
