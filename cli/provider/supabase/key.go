package supabase

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// keyKind is the make of a server key.
type keyKind int

const (
	otherKey  keyKind = iota // of no form that we know: Storage decides
	secretKey                // sb_secret_...
	legacyKey                // the service_role JWT
)

// key is a server key and what can be seen on it.
type key struct {
	kind    keyKind
	ref     string    // of the project that a legacy key is for; "" if it does not say
	expires time.Time // of a legacy key; zero if it does not say
}

// readKey looks at a key, and refuses those that could never write. It does not check a signature: Storage does.
func readKey(text string) (key, error) {
	switch {
	case text == "":
		return key{}, errors.New("supabase: no secret key")
	case strings.ContainsAny(text, " \t\r\n"):
		return key{}, errors.New("supabase: the secret key holds a space or a line break")
	case strings.HasPrefix(text, "sb_publishable_"):
		return key{}, errors.New("supabase: this is a publishable key, which may write nothing; the server key begins with sb_secret_")
	case strings.HasPrefix(text, "sb_secret_"):
		return key{kind: secretKey}, nil
	}
	said, ok := legacyClaims(text)
	if !ok {
		return key{kind: otherKey}, nil
	}
	if said.Role == "anon" || said.Role == "authenticated" {
		return key{}, errors.New("supabase: this is the key of the role " + said.Role + ", which may write nothing; the server key begins with sb_secret_, or is the older one of service_role")
	}
	k := key{kind: legacyKey, ref: said.Ref}
	if said.Exp > 0 && said.Exp < 1<<40 {
		k.expires = time.Unix(int64(said.Exp), 0)
	}
	return k, nil
}

// claims are what a legacy key says of itself.
type claims struct {
	Role string  `json:"role"`
	Ref  string  `json:"ref"`
	Exp  float64 `json:"exp"`
}

func legacyClaims(text string) (c claims, ok bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return c, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	ok = err == nil && json.Unmarshal(raw, &c) == nil
	return c, ok
}
