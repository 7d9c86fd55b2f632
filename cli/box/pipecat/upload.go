package pipecat

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	uploadPath = "/pcc-build-context" // where the storage is, beside the API
	uploadDir  = "uploads"
	uploadTime = 15 * time.Minute
	maxUploads = 50
	maxBuilds  = 200
)

// limits bound an upload and what it unpacks to.
type limits struct {
	upload  int64 // bytes of the tar.gz
	entries int
	bytes   int64 // of all files
	kept    int64 // of those files whose content is looked at
}

func usualLimits() limits {
	return limits{upload: 500 << 20, entries: 100_000, bytes: 2 << 30, kept: 32 << 20}
}

// upload is an address that takes one archive, and what it took.
type upload struct {
	ID        string
	Region    string
	Expires   time.Time
	Signature string
	Hash      string // first 16 hex digits of the MD5 of the bytes; "" before they came
	Size      int64
}

func (st *state) upload(id string) *upload {
	for _, u := range st.Uploads {
		if u.ID == id {
			return u
		}
	}
	return nil
}

func (e *Emulator) uploadFile(id string) string {
	return filepath.Join(e.cfg.Dir, uploadDir, id+".tar.gz")
}

func (u *upload) key() string { return organization + "/" + u.ID + ".tar.gz" }

// fields are what a form has to hold before its file, as the storage's presigned posts have it.
func (u *upload) fields() map[string]string {
	begun := u.Expires.Add(-uploadTime).UTC()
	policy, _ := json.Marshal(map[string]any{"expiration": stamp(u.Expires), "conditions": []any{map[string]string{"key": u.key()}}})
	return map[string]string{
		"key": u.key(), "bucket": "box-pcc-build-context-" + u.Region, "Content-Type": "application/gzip",
		"Policy": base64.StdEncoding.EncodeToString(policy), "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
		"X-Amz-Credential": fmt.Sprintf("BOX/%s/%s/s3/aws4_request", begun.Format("20060102"), u.Region),
		"X-Amz-Date":       begun.Format("20060102T150405Z"), "X-Amz-Signature": u.Signature,
	}
}

// uploadURL gives an address on this very server: the one that the caller has reached it by. The contract wants a
// region; the official clients leave it out where they mean the organization's own.
func (e *Emulator) uploadURL(r *http.Request, now time.Time) answer {
	var req struct {
		Region string `json:"region"`
	}
	if json.NewDecoder(r.Body).Decode(&req) != nil {
		return badRequest("Invalid request format")
	}
	if req.Region == "" {
		req.Region = defaultRegion
	}
	if !slices.Contains(regionCodes(), req.Region) {
		return badRequest("Invalid region or organization does not have access")
	}
	u := &upload{
		ID: uuid.NewString(), Region: req.Region, Expires: now.Truncate(time.Millisecond).Add(uploadTime),
		Signature: fmt.Sprintf("%x", uuid.New()),
	}
	e.state.Uploads = append(e.state.Uploads, u)
	return ok(map[string]any{
		"uploadId": u.ID, "uploadUrl": "http://" + r.Host + uploadPath, "uploadFields": u.fields(), "expiresAt": stamp(u.Expires),
	})
}

// forget drops uploads whose time is over, and the oldest where there are too many; a build keeps what it has read.
func (e *Emulator) forget(now time.Time) {
	extra := len(e.state.Uploads) - maxUploads
	e.state.Uploads = slices.DeleteFunc(e.state.Uploads, func(u *upload) bool {
		extra--
		gone := extra >= 0 || now.After(u.Expires.Add(uploadTime))
		if gone {
			_ = os.Remove(e.uploadFile(u.ID))
		}
		return gone
	})
}

// sweep removes what an upload that was cut short, by a kill, has left behind.
func (e *Emulator) sweep() {
	dir := filepath.Join(e.cfg.Dir, uploadDir)
	found, _ := os.ReadDir(dir)
	for _, file := range found {
		if e.state.upload(strings.TrimSuffix(file.Name(), ".tar.gz")) == nil {
			_ = os.Remove(filepath.Join(dir, file.Name()))
		}
	}
}
