package pipecat_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/box/pipecat"
)

func TestUpload_theStorageIsStrict(t *testing.T) {
	archive := pack(t, good())
	fileFirst := func(f [][2]string) [][2]string { return append([][2]string{{"file"}}, f[:len(f)-1]...) }
	without := func(name string) func([][2]string) [][2]string {
		return func(f [][2]string) [][2]string {
			return slices.DeleteFunc(f, func(x [2]string) bool { return x[0] == name })
		}
	}
	for name, x := range map[string]struct {
		fields func([][2]string) [][2]string
		file   []byte
		change func(*http.Request)
		before func(*cloud)
		want   string
	}{
		"as it should be": {want: "204 "},
		"the file first":  {fields: fileFirst, want: "403 AccessDenied Policy Condition failed"},
		"no policy":       {fields: without("Policy"), want: `403 AccessDenied Policy Condition failed`},
		"no type":         {fields: without("Content-Type"), want: `403 AccessDenied "$Content-Type"`},
		"no file":         {fields: without("file"), want: "400 InvalidArgument exactly one file"},
		"another signature": {fields: func(f [][2]string) [][2]string {
			i := slices.IndexFunc(f, func(x [2]string) bool { return x[0] == "X-Amz-Signature" })
			f[i][1] = "forged"
			return f
		}, want: "403 AccessDenied"},
		"too many fields": {fields: func(f [][2]string) [][2]string {
			return append([][2]string{{"x", strings.Repeat("x", 30_000)}}, f...)
		}, want: "400 MaxPOSTPreDataLengthExceeded"},
		"empty":    {file: []byte{}, want: "400 EntityTooSmall"},
		"too long": {file: make([]byte, 200_001), before: func(c *cloud) { c.FewBytes(200_000) }, want: "400 EntityTooLarge"},
		"too late": {before: func(*cloud) { time.Sleep(15*time.Minute + time.Second) }, want: "403 AccessDenied Policy expired."},
		"with a key": {
			change: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+private) }, want: "400 InvalidArgument Unsupported Authorization Type",
		},
		"without a length": {
			change: func(r *http.Request) { r.ContentLength, r.Body = -1, io.NopCloser(r.Body) }, want: "411 MissingContentLength",
		},
		"no form":    {change: func(r *http.Request) { r.Header.Set("Content-Type", "application/gzip") }, want: "412 PreconditionFailed"},
		"it expired": {before: func(c *cloud) { c.on(pipecat.FaultUploadURLExpired) }, want: "403 AccessDenied Policy expired."},
		"it refuses": {before: func(c *cloud) { c.on(pipecat.FaultUploadRefused) }, want: "403 SignatureDoesNotMatch"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t)
				p := c.place("us-west")
				if x.before != nil {
					x.before(c)
				}
				fields, file := fieldsOf(p), archive
				if x.fields != nil {
					fields = x.fields(fields)
				}
				if x.file != nil {
					file = x.file
				}
				change := func(r *http.Request) {
					if x.change != nil {
						x.change(r)
					}
				}
				got := c.send(p, fields, file, change)
				for _, part := range strings.SplitN(x.want, " ", 3) {
					if !strings.Contains(strings.ReplaceAll(got, "&#34;", `"`), part) {
						t.Errorf("got %s, want %s", got, x.want)
					}
				}
				status, _ := c.call(private, "POST", "/v1/builds", `{"uploadId":"`+p["uploadId"].(string)+`","region":"us-west"}`)
				if (status == 201) != strings.HasPrefix(x.want, "204") {
					t.Errorf("a build of it: %d", status)
				}
			})
		})
	}
}

func TestUpload_isForgottenInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		c := open(t, func(cfg *pipecat.Config) { cfg.Dir = dir })
		files := func() int {
			found, err := filepath.Glob(filepath.Join(dir, "uploads", "*.tar.gz"))
			if err != nil {
				t.Fatal(err)
			}
			return len(found)
		}
		c.uploaded(pack(t, good()))
		if n := files(); n != 1 {
			t.Errorf("%d archives lie there, want one", n)
		}
		time.Sleep(time.Hour)
		c.place("us-west")
		if n := files(); n != 0 {
			t.Errorf("%d archives lie there an hour later", n)
		}
		c.uploaded(pack(t, good()))
		for range 51 {
			c.place("us-west")
		}
		if n := files(); n != 0 {
			t.Errorf("%d archives lie there after 51 more uploads", n)
		}
	})
}

func TestOpen_goesOnInTheMiddleOfABuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		inDir := func(c *pipecat.Config) { c.Dir = dir }
		c := open(t, inDir)
		upload := c.uploaded(pack(t, good()))
		if err := os.WriteFile(filepath.Join(dir, "uploads", ".new-1"), []byte("half of one"), 0o600); err != nil {
			t.Fatal(err)
		}
		c = open(t, inDir) // killed after the upload
		b := c.must(private, "POST", "/v1/builds", `{"uploadId":"`+upload+`","region":"us-west"}`)["build"].(map[string]any)
		time.Sleep(2 * time.Second)
		c = open(t, inDir) // and in the middle of the build
		if got := c.readBuild(b["id"]); got["status"] != "building" {
			t.Errorf("at once: %v", got)
		}
		time.Sleep(10 * time.Second)
		if got := c.readBuild(b["id"]); got["status"] != "success" || !strings.Contains(c.buildLog(b["id"]), "SUCCEEDED") {
			t.Errorf("later: %v", got)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "uploads", ".new-*")); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
		c.must(private, "POST", "/v1/agents", `{"serviceName":"readme","buildId":"`+b["id"].(string)+`"}`)
	})
}
