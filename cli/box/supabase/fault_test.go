package supabase_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
)

func (c *cloud) fault(f fault.Fault) {
	c.t.Helper()
	if err := c.Faults().Set(f); err != nil {
		c.t.Fatal(err)
	}
}

func TestFaults_answerAsTheRealOneDoes(t *testing.T) {
	for name, x := range map[string]struct{ method, want string }{
		"slow-down":        {"GET", "400: 429 SlowDown too_many_connections: Too many connections issued to the database"},
		"locked":           {"PUT", "400: 423 ResourceLocked ResourceLocked: The resource is locked"},
		"database-timeout": {"GET", "544: 544 DatabaseTimeout DatabaseTimeout: The connection to the database timed out"},
		"read-only":        {"PUT", "400: 503 DatabaseReadOnly DatabaseReadOnly: The database is currently in read-only mode. Please try again later."},
		"key-rejected":     {"GET", "401: <nil> <nil> <nil>: Invalid API key"},
		"bucket-vanishes":  {"GET", "400: 404 NoSuchBucket Bucket not found: Bucket not found"},
		"rate-limited":     {"GET", "429: <nil> <nil> map[code:rate_limited message:Rate limit exceeded. Please try again later]: Rate limit exceeded. Please try again later"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t, t.TempDir())
				c.bucket("books")
				c.fault(fault.Fault{Name: name, Times: 1})
				if g := c.call(x.method, "/bucket/books", strings.NewReader(`{"public":true}`)); g.refused() != x.want {
					t.Errorf("got %s\nwant %s", g.refused(), x.want)
				}
				if g := c.must("GET", "/bucket/books", ""); g.get("public") != false {
					t.Errorf("it changed the bucket: %s", g.text)
				}
			})
		})
	}
}

func TestFaults_ofWritesLetReadsThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		c.fault(fault.Fault{Name: "read-only", Only: "object"})
		c.must("GET", "/bucket/books", "")
		c.must("PUT", "/bucket/books", `{"public":false}`) // not an object
		if g := c.call("POST", "/object/books/a.pdf", strings.NewReader("x"), "Content-Type", "application/pdf"); g.get("statusCode") != "503" {
			t.Errorf("a write: %s", g.text)
		}
	})
}

func TestFault_uploadCutLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		c.fault(fault.Fault{Name: "upload-cut", Only: "books", Times: 1})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/object/books/a.pdf", strings.NewReader(strings.Repeat("x", 1<<20)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"Bearer " + key}, "Apikey": {key}, "Content-Type": {"application/pdf"}}
		if resp, err := c.rt.RoundTrip(req); err == nil {
			resp.Body.Close()
			t.Errorf("it was answered: %s", resp.Status)
		}
		if g := c.call("GET", "/object/info/books/a.pdf", nil); g.get("code") != "NoSuchKey" {
			t.Errorf("got %s", g.text)
		}
		if files, _ := os.ReadDir(filepath.Join(c.dir, "objects")); len(files) != 0 {
			t.Errorf("%d files are left", len(files))
		}
		c.put("books/a.pdf", "x")
	})
}

func TestFaults_ofBuckets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		reads := func() string {
			g := c.call("GET", "/bucket/books", nil)
			return fmt.Sprint(g.get("public"), g.get("statusCode"))
		}
		steps := []struct {
			do   func()
			want string
		}{
			{func() { c.fault(fault.Fault{Name: "stale-bucket"}); c.bucket("books") }, "<nil>404"},
			{func() { time.Sleep(3 * time.Second) }, "false <nil>"},
			{func() { c.must("PUT", "/bucket/books", `{"public":true}`) }, "false <nil>"},
			{func() { time.Sleep(2 * time.Second) }, "false <nil>"},
			{func() { time.Sleep(time.Second) }, "true <nil>"},
			{func() { c.Faults().Clear(""); c.must("PUT", "/bucket/books", `{"public":false}`) }, "false <nil>"},
			{func() {
				c.fault(fault.Fault{Name: "bucket-settings-ignored", Times: 1})
				c.must("PUT", "/bucket/books", `{"public":true}`)
			}, "false <nil>"},
			{func() { c.must("PUT", "/bucket/books", `{"public":true}`) }, "true <nil>"},
		}
		for i, s := range steps {
			s.do()
			if diff := cmp.Diff(s.want, reads()); diff != "" {
				t.Errorf("step %d (-want +got):\n%s", i, diff)
			}
		}
		c.put("books/a.pdf", "hello")
		c.fault(fault.Fault{Name: "etag-odd", Times: 1})
		for range 2 { // it lasts
			if g := c.must("GET", "/object/info/books/a.pdf", ""); g.get("etag") != `"5d41402abc4b2a76b9719d911017c592-2"` {
				t.Errorf("etag %v", g.get("etag"))
			}
		}
	})
}

func TestFaults_anUnknownOneIsRefused(t *testing.T) {
	c := open(t, t.TempDir())
	if err := c.Faults().Set(fault.Fault{Name: "no-such"}); err == nil {
		t.Error("it was taken")
	}
	for _, k := range c.Faults().Kinds() {
		if k.About == "" {
			t.Errorf("%s says nothing", k.Name)
		}
	}
}
