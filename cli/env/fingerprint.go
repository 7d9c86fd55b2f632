package env

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"readme/cli/release"
)

// Key makes fingerprints of values: HMACs under a random key that lies in the environment's own database, so that a laptop and
// CI agree, and nobody can try values against what is shown or stored. The zero Key makes none.
type Key struct{ secret release.Secret }

// NewKey wraps the bytes of a key; no bytes give the zero Key.
func NewKey(raw []byte) Key {
	if len(raw) == 0 {
		return Key{}
	}
	return Key{release.NewSecret(string(raw))}
}

// Known reports whether there is a key.
func (k Key) Known() bool { return !k.secret.Empty() }

// Of is the fingerprint of a variable's value: 32 hex digits, or "" without a key. Two variables with one value have two, and
// the services of an environment that have one variable with one value have the same.
func (k Key) Of(variable string, value release.Secret) string {
	if !k.Known() {
		return ""
	}
	h := hmac.New(sha256.New, []byte(k.secret.Reveal()))
	h.Write([]byte(variable + "\x00" + value.Reveal()))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Short is what people are shown of a fingerprint: 8 hex digits, or "unknown".
func Short(fingerprint string) string {
	if len(fingerprint) < 8 {
		return "unknown"
	}
	return fingerprint[:8]
}
