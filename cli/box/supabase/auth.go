package supabase

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// role is whom a key stands for in the database, where row level security decides. This project has no policies, so
// everybody but the service role sees nothing.
type role string

const (
	service  role = "service_role"
	stranger role = "anon" // or authenticated
)

// LegacyKey is the project's older key of a role, service_role or anon: a JWT that Storage verifies itself.
func (e *Emulator) LegacyKey(role string) string {
	born := time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)
	return e.sealed("keys").token(claims{
		"iss": "supabase", "ref": "boxboxboxboxboxboxbo", "role": role, "iat": born.Unix(), "exp": born.AddDate(100, 0, 0).Unix(),
	})
}

// sealed is a secret of its own for each purpose: a token for an object must not pass for a key.
func (e *Emulator) sealed(purpose string) jwt {
	mac := hmac.New(sha256.New, []byte(e.cfg.SecretKey))
	mac.Write([]byte(purpose))
	return jwt(hex.EncodeToString(mac.Sum(nil)))
}

// authorize does what the gateway and Storage do together. Storage wants a bearer; the gateway swaps it for a token of
// its own only where apikey holds the same sb_ key, and a key that is not swapped is no JWT.
func (e *Emulator) authorize(r *http.Request) (role, error) {
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return "", refuse(400, "InvalidRequest", "Error", "headers must have required property 'authorization'")
	}
	if same := r.Header.Get("Apikey") == bearer; same && bearer == e.cfg.SecretKey {
		return service, nil
	} else if same && bearer != "" && bearer == e.cfg.PublishableKey {
		return stranger, nil
	}
	c, err := e.sealed("keys").read(bearer)
	if err != nil {
		return "", refuse(403, "AccessDenied", "Unauthorized", err.Error())
	}
	if c["role"] == string(service) {
		return service, nil
	}
	return stranger, nil
}
