package supabase

import (
	"net/http"
	"strings"
	"time"
)

// What a signed address opens. One of the other scope is refused.
const (
	scopeDownload = "download"
	scopeUpload   = "upload"

	// uploadFor is how long an address for an upload is good.
	uploadFor = 2 * time.Hour
)

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
	reply(w, map[string]any{"signedURL": e.downloadURL(bucketName, key, rest, q.ExpiresIn)})
	return nil
}

func (e *Emulator) downloadURL(bucketName, key, rest string, seconds int64) string {
	return "/object/sign/" + rest + "?token=" + e.sealed("urls").token(claims{
		"url": bucketName + "/" + key, "scope": scopeDownload, "iat": time.Now().Unix(), "exp": time.Now().Unix() + seconds,
	})
}

// signMany signs several objects of a bucket; what is missing gets an error in its own row.
func (e *Emulator) signMany(w http.ResponseWriter, r *http.Request, rest string) error {
	return e.signWith(w, r, rest, func(bucketName, key string) bool {
		_, err := e.find(bucketName, key)
		return err == nil
	})
}

func (e *Emulator) signWith(w http.ResponseWriter, r *http.Request, rest string, sees func(bucketName, key string) bool) error {
	bucketName, _, err := segments(rest)
	if err != nil {
		return err
	}
	var q struct {
		ExpiresIn int64    `json:"expiresIn"`
		Paths     []string `json:"paths"`
	}
	if err := decode(w, r, &q); err != nil {
		return err
	}
	if q.ExpiresIn < 1 || len(q.Paths) == 0 || len(q.Paths) > 1000 {
		return refuse(400, "InvalidRequest", "Error", "body must have expiresIn >= 1 and 1 to 1000 paths")
	}
	rows := []map[string]any{}
	for _, path := range q.Paths {
		row := map[string]any{"path": path, "signedURL": nil, "error": "Either the object does not exist or you do not have access to it"}
		if sees(bucketName, path) {
			row["signedURL"], row["error"] = e.downloadURL(bucketName, path, bucketName+"/"+path, q.ExpiresIn), nil
		}
		rows = append(rows, row)
	}
	reply(w, rows)
	return nil
}

// signUpload gives an address that takes one object without a key. Whether it may replace one is decided here.
func (e *Emulator) signUpload(w http.ResponseWriter, r *http.Request, rest string) error {
	bucketName, key, err := segments(rest)
	if err != nil {
		return err
	}
	upsert := r.Header.Get("X-Upsert") == "true"
	if _, err := e.mayStore(bucketName, key, upsert); err != nil {
		return err
	}
	now := time.Now()
	token := e.sealed("urls").token(claims{
		"url": bucketName + "/" + key, "scope": scopeUpload, "upsert": upsert, "iat": now.Unix(), "exp": now.Add(uploadFor).Unix(),
	})
	reply(w, map[string]any{"url": "/object/upload/sign/" + rest + "?token=" + token, "token": token})
	return nil
}

// open serves what needs no key.
func (e *Emulator) open(w http.ResponseWriter, r *http.Request, rest string) error {
	for _, of := range []struct {
		prefix string
		do     func(http.ResponseWriter, *http.Request, string) error
	}{
		{"sign/", e.openSigned},
		{"upload/sign/", e.uploadSigned},
		{"info/public/", func(w http.ResponseWriter, r *http.Request, path string) error {
			return e.readPublic(w, r, "info/"+path)
		}},
		{"public/", e.readPublic},
	} {
		if path, ok := strings.CutPrefix(rest, of.prefix); ok {
			return of.do(w, r, path)
		}
	}
	return errNoRoute
}

func (e *Emulator) openSigned(w http.ResponseWriter, r *http.Request, rest string) error {
	if _, err := e.opens(r, rest, scopeDownload); err != nil {
		return err
	}
	return e.download(w, r, rest)
}

func (e *Emulator) uploadSigned(w http.ResponseWriter, r *http.Request, rest string) error {
	c, err := e.opens(r, rest, scopeUpload)
	if err != nil {
		return err
	}
	key, _, err := e.store(w, r, rest, c["upsert"] == true)
	if err == nil {
		reply(w, map[string]any{"Key": key})
	}
	return err
}

// opens checks the token of a signed address.
func (e *Emulator) opens(r *http.Request, rest, scope string) (claims, error) {
	bucketName, key, err := segments(rest)
	if err != nil {
		return nil, err
	}
	token := r.URL.Query().Get("token")
	if token == "" {
		return nil, refuse(400, "InvalidRequest", "Error", "querystring must have required property 'token'")
	}
	c, err := e.sealed("urls").read(token)
	switch {
	case err != nil:
		return nil, refuse(400, "InvalidJWT", "InvalidJWT", err.Error())
	case c["scope"] != scope:
		return nil, refuse(400, "InvalidSignature", "InvalidSignature", "Token is not scoped for "+scope)
	case c["url"] != bucketName+"/"+key:
		return nil, refuse(400, "InvalidSignature", "InvalidSignature", "Invalid signature")
	}
	return c, nil
}
