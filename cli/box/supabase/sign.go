package supabase

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

type claims struct {
	URL string `json:"url"` // bucket/key
	Exp int64  `json:"exp"`
}

// sign gives an address that opens one object for a while.
func (e *Emulator) sign(w http.ResponseWriter, r *http.Request, rest string) error {
	bucketName, key, err := segments(rest)
	if err != nil {
		return err
	}
	var q struct {
		ExpiresIn int64 `json:"expiresIn"`
	}
	if err := decode(w, r, &q); err != nil {
		return err
	}
	if q.ExpiresIn < 1 {
		return refuse(400, "InvalidRequest", "Error", "body/expiresIn must be >= 1")
	}
	if _, err := e.find(bucketName, key); err != nil {
		return err
	}
	token := e.token(claims{URL: bucketName + "/" + key, Exp: time.Now().Unix() + q.ExpiresIn})
	reply(w, map[string]any{"signedURL": "/object/sign/" + rest + "?token=" + token})
	return nil
}

func (e *Emulator) token(c claims) string {
	payload, _ := json.Marshal(c)
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return head + "." + e.signature(head)
}

func (e *Emulator) signature(head string) string {
	mac := hmac.New(sha256.New, []byte(e.cfg.SecretKey))
	mac.Write([]byte(head))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// open serves what needs no key: objects of public buckets, and signed addresses.
func (e *Emulator) open(w http.ResponseWriter, r *http.Request, rest string) error {
	kind, rest, _ := strings.Cut(rest, "/")
	bucketName, key, err := segments(rest)
	if err != nil {
		return err
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return errNoRoute
	}
	if kind == "sign" {
		if !e.opens(r.URL.Query().Get("token"), bucketName+"/"+key) {
			return errInvalid
		}
	} else {
		e.mu.Lock()
		b := e.buckets[bucketName]
		e.mu.Unlock()
		if b == nil || !b.Public {
			return errNoBucket
		}
	}
	return e.download(w, r, rest)
}

func (e *Emulator) opens(token, path string) bool {
	i := strings.LastIndex(token, ".")
	if i < 0 || !hmac.Equal([]byte(token[i+1:]), []byte(e.signature(token[:i]))) {
		return false
	}
	_, payload, _ := strings.Cut(token[:i], ".")
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	var c claims
	return err == nil && json.Unmarshal(raw, &c) == nil && c.URL == path && time.Now().Unix() < c.Exp
}
