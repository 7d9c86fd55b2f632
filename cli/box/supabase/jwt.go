package supabase

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// jwt is the secret that tokens are signed with.
type jwt string

type claims map[string]any

var errNoToken = errors.New("Invalid Compact JWS") //nolint:staticcheck // in the vendor's words

func (s jwt) token(c claims) string {
	payload, _ := json.Marshal(c)
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return head + "." + s.signature(head)
}

func (s jwt) signature(head string) string {
	mac := hmac.New(sha256.New, []byte(s))
	mac.Write([]byte(head))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// read gives the claims of a token that is good now. Its errors are in the words of the library that the real one uses.
func (s jwt) read(token string) (claims, error) {
	if strings.Count(token, ".") != 2 {
		return nil, errNoToken
	}
	i := strings.LastIndex(token, ".")
	if !hmac.Equal([]byte(token[i+1:]), []byte(s.signature(token[:i]))) {
		return nil, errors.New("signature verification failed")
	}
	_, payload, _ := strings.Cut(token[:i], ".")
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	var c claims
	if err != nil || json.Unmarshal(raw, &c) != nil {
		return nil, errNoToken
	}
	if exp, ok := c["exp"].(float64); ok && time.Now().Unix() >= int64(exp) {
		return nil, errors.New(`"exp" claim timestamp check failed`)
	}
	return c, nil
}
