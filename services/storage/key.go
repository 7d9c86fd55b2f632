package storage

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// checkKey refuses what can never be a server key: with it every upload would fail, and only then.
func checkKey(key string) error {
	switch {
	case key == "", strings.ContainsAny(key, "\r\n \t"):
		return fmt.Errorf("%w: it is empty or holds a space", ErrKey)
	case strings.HasPrefix(key, "sb_publishable_"), roleOf(key) == "anon":
		return fmt.Errorf("%w: this is the public key, which may write nothing; the server key begins with sb_secret_", ErrKey)
	}
	return nil
}

// roleOf is the role that a key of the older make, a JWT, stands for; "" for others.
func roleOf(key string) string {
	parts := strings.Split(key, ".")
	if len(parts) != 3 {
		return ""
	}
	var claims struct {
		Role string `json:"role"`
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.Role
}
