package supabase_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"readme/cli/box/supabase"
	"readme/cli/provider/providertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	key         = "sb_secret_local_1"
	publishable = "sb_publishable_local_1"
	base        = "http://box.test/storage/v1"
)

type cloud struct {
	*supabase.Emulator
	t   *testing.T
	rt  *http.Transport
	dir string
}

func open(t *testing.T, dir string) *cloud {
	t.Helper()
	e, err := supabase.Open(t.Context(), supabase.Config{Dir: dir, SecretKey: key, PublishableKey: publishable})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close(t.Context()) })
	return &cloud{Emulator: e, t: t, rt: providertest.Serve(t, e.Handler()), dir: dir}
}

// got is an answer, with its JSON decoded where it is some.
type got struct {
	status int
	header http.Header
	text   string
	json   any
}

func (g got) get(name string) any {
	m, _ := g.json.(map[string]any)
	return m[name]
}

// refused is what an error says on one line.
func (g got) refused() string {
	return fmt.Sprintf("%d: %v %v %v: %v", g.status, g.get("statusCode"), g.get("code"), g.get("error"), g.get("message"))
}

// call sends a request with the key; pairs are headers, and an empty value takes one away.
func (c *cloud) call(method, path string, body io.Reader, pairs ...string) got {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, base+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Apikey", key)
	for i := 0; i+1 < len(pairs); i += 2 {
		req.Header.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			req.Header.Del(pairs[i])
		}
	}
	resp, err := c.rt.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	g := got{status: resp.StatusCode, header: resp.Header, text: string(raw)}
	_ = json.Unmarshal(raw, &g.json)
	return g
}

func (c *cloud) must(method, path, body string, pairs ...string) got {
	c.t.Helper()
	g := c.call(method, path, strings.NewReader(body), pairs...)
	if g.status >= 300 {
		c.t.Fatalf("%s %s: %s", method, path, g.text)
	}
	return g
}

func (c *cloud) bucket(name string) {
	c.t.Helper()
	c.must("POST", "/bucket", `{"name":"`+name+`","file_size_limit":"2MB","allowed_mime_types":["application/pdf","image/*"]}`)
}

func (c *cloud) put(path, text string, pairs ...string) got {
	c.t.Helper()
	return c.must("POST", "/object/"+path, text, append([]string{"Content-Type", "application/pdf"}, pairs...)...)
}

func TestObjects_live(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		g := c.put("books/h1/books/a.pdf", "hello", "X-Metadata", "eyJuYW1lIjoiQSJ9", "Cache-Control", "max-age=3600")
		id := g.get("Id")
		if g.get("Key") != "books/h1/books/a.pdf" || id == nil {
			t.Errorf("upload: %s", g.text)
		}
		info := c.must("GET", "/object/info/books/h1/books/a.pdf", "")
		want := map[string]any{
			"id": id, "name": "h1/books/a.pdf", "bucket_id": "books", "size": 5.0, "content_type": "application/pdf", "cache_control": "max-age=3600",
			"etag": `"5d41402abc4b2a76b9719d911017c592"`, "metadata": map[string]any{"name": "A"},
		}
		for name, v := range want {
			if diff := cmp.Diff(v, info.get(name)); diff != "" {
				t.Errorf("info %s (-want +got):\n%s", name, diff)
			}
		}
		for _, path := range []string{"/object/books/h1/books/a.pdf", "/object/authenticated/books/h1/books/a.pdf"} {
			d := c.must("GET", path, "")
			h := d.header
			if d.text != "hello" || h.Get("Content-Type") != "application/pdf" || h.Get("Etag") != want["etag"] || h.Get("X-Robots-Tag") != "none" || h.Get("Accept-Ranges") != "bytes" {
				t.Errorf("download %s: %q %v", path, d.text, h)
			}
		}
		if d := c.must("GET", "/object/books/h1/books/a.pdf", "", "Range", "bytes=1-3"); d.status != 206 || d.text != "ell" {
			t.Errorf("a range: %d %q", d.status, d.text)
		}
		if d := c.call("HEAD", "/object/books/h1/books/a.pdf", nil); d.status != 200 || d.header.Get("Content-Length") != "5" {
			t.Errorf("head: %d %v", d.status, d.header)
		}
		// Replacing keeps the id and changes the version, by either way.
		versions := map[any]bool{info.get("version"): true}
		for i, r := range []got{
			c.put("books/h1/books/a.pdf", "two", "X-Upsert", "true"),
			c.must("PUT", "/object/books/h1/books/a.pdf", "three", "Content-Type", "application/pdf"),
		} {
			v := c.must("GET", "/object/info/books/h1/books/a.pdf", "").get("version")
			versions[v] = true
			if r.get("Id") != id {
				t.Errorf("replace %d: id %v, want %v", i, r.get("Id"), id)
			}
		}
		if d := c.must("GET", "/object/books/h1/books/a.pdf", ""); d.text != "three" || len(versions) != 2 {
			t.Errorf("after: %q, %d versions seen", d.text, len(versions))
		}
		if d := c.must("DELETE", "/object/books/h1/books/a.pdf", ""); d.get("message") != "Successfully deleted" {
			t.Errorf("delete: %s", d.text)
		}
		c.must("PUT", "/object/books/new.pdf", "", "Content-Type", "application/pdf") // made, though it is empty
		rows, _ := c.must("DELETE", "/object/books", `{"prefixes":["new.pdf","nobody.pdf"]}`).json.([]any)
		if len(rows) != 1 || rows[0].(map[string]any)["name"] != "new.pdf" {
			t.Errorf("delete many: %v", rows)
		}
		if files, _ := os.ReadDir(filepath.Join(c.dir, "objects")); len(files) != 0 {
			t.Errorf("%d files are left: %v", len(files), files)
		}
	})
}

func TestErrors_areStoragesOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		c.put("books/a.pdf", "x")
		big := strings.Repeat("x", 2_000_001)
		pdf := []string{"Content-Type", "application/pdf"}
		none := "400: <nil> <nil> <nil>: <nil>"
		cases := map[string]struct {
			method, path, body string
			headers            []string
			want               string
		}{
			"object exists":       {"POST", "/object/books/a.pdf", "x", pdf, "400: 409 KeyAlreadyExists Duplicate: The resource already exists"},
			"bucket exists":       {"POST", "/bucket", `{"name":"books"}`, nil, "400: 409 BucketAlreadyExists Duplicate: The resource already exists"},
			"bucket missing":      {"POST", "/object/other/a.pdf", "x", pdf, "400: 404 NoSuchBucket Bucket not found: Bucket not found"},
			"object missing":      {"GET", "/object/books/b.pdf", "", nil, "400: 404 NoSuchKey not_found: Object not found"},
			"info of a missing":   {"GET", "/object/info/books/b.pdf", "", nil, "400: 404 NoSuchKey not_found: Object not found"},
			"head of a missing":   {"HEAD", "/object/books/b.pdf", "", nil, none},
			"delete of a missing": {"DELETE", "/object/books/b.pdf", "", nil, "400: 404 NoSuchKey not_found: Object not found"},
			"too large":           {"POST", "/object/books/b.pdf", big, pdf, "400: 413 EntityTooLarge Payload too large: The object exceeded the maximum allowed size"},
			"a wrong type":        {"POST", "/object/books/b.pdf", "x", []string{"Content-Type", "text/plain"}, "400: 415 InvalidMimeType invalid_mime_type: mime type text/plain is not supported"},
			"no type":             {"POST", "/object/books/b.pdf", "x", nil, "400: 415 InvalidMimeType invalid_mime_type: mime type  is not supported"},
			"a bad key":           {"POST", "/object/books/%C3%A9.pdf", "x", pdf, "400: 400 InvalidKey InvalidKey: Invalid key: é.pdf"},
			"a bad bucket name":   {"POST", "/bucket", `{"name":"a/b"}`, nil, "400: 400 InvalidBucketName Invalid Input: Bucket name invalid"},
			"no authorization":    {"GET", "/bucket", "", []string{"Authorization", ""}, "400: 400 InvalidRequest Error: headers must have required property 'authorization'"},
			"a wrong key":         {"GET", "/bucket", "", []string{"Authorization", "Bearer x", "Apikey", "x"}, "400: 403 AccessDenied Unauthorized: Invalid Compact JWS"},
			"no apikey":           {"GET", "/bucket", "", []string{"Apikey", ""}, "400: 403 AccessDenied Unauthorized: Invalid Compact JWS"},
			"an unknown route":    {"GET", "/objects", "", nil, "404: 404 <nil> Not Found: Route GET:/storage/v1/objects not found"},
			"an empty JSON body":  {"DELETE", "/object/books/a.pdf", "", []string{"Content-Type", "application/json"}, "400: 400 FST_ERR_CTP_EMPTY_JSON_BODY Bad Request: Body cannot be empty when content-type is set to 'application/json'"},
			"a bucket with books": {"DELETE", "/bucket/books", "", nil, "400: 409 ResourceNotEmpty ResourceNotEmpty: The bucket you tried to delete is not empty"},
			"a private bucket":    {"GET", "/object/public/books/a.pdf", "", []string{"Authorization", ""}, "400: 404 NoSuchBucket Bucket not found: Bucket not found"},
			"no JSON":             {"POST", "/bucket", `{`, nil, "400: 400 InvalidRequest Error: body must be object"},
			"a size that is none": {"POST", "/bucket", `{"name":"b","file_size_limit":"many"}`, nil, "400: 422 InvalidRequest Error: The requested file_size_limit is no size"},
			"a limit above all":   {"POST", "/bucket", `{"name":"b","file_size_limit":"53MB"}`, nil, "400: 413 EntityTooLarge Payload too large: The object exceeded the maximum allowed size"},
		}
		for name, x := range cases {
			if g := c.call(x.method, x.path, strings.NewReader(x.body), x.headers...); g.refused() != x.want {
				t.Errorf("%s: %s\n want %s", name, g.refused(), x.want)
			}
		}
		if g := c.must("GET", "/object/books/a.pdf", ""); g.text != "x" {
			t.Errorf("the first object was touched: %q", g.text)
		}
	})
}

func TestUpload_chunkedSkipsTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		body := struct{ io.Reader }{strings.NewReader(strings.Repeat("x", 3<<20))} // no length
		if g := c.call("POST", "/object/books/a.pdf", body, "Content-Type", "application/pdf"); g.status != 200 {
			t.Errorf("got %s", g.text)
		}
		if g := c.must("GET", "/object/info/books/a.pdf", ""); g.get("size") != float64(3<<20) {
			t.Errorf("info: %s", g.text)
		}
	})
}

func TestUpload_thatBreaksOffLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		conn, err := c.rt.DialContext(t.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /storage/v1/object/books/a.pdf HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer %s\r\nApikey: %s\r\nContent-Type: application/pdf\r\nContent-Length: 1000\r\n\r\n%s", key, key, strings.Repeat("x", 500))
		synctest.Wait() // half of it is there
		if files, _ := os.ReadDir(filepath.Join(c.dir, "objects")); len(files) != 1 {
			t.Errorf("%d files while it comes in, want 1", len(files))
		}
		conn.Close()
		synctest.Wait()
		if g := c.call("GET", "/object/info/books/a.pdf", nil); g.get("code") != "NoSuchKey" {
			t.Errorf("got %s", g.text)
		}
		if files, _ := os.ReadDir(filepath.Join(c.dir, "objects")); len(files) != 0 {
			t.Errorf("%d files are left", len(files))
		}
	})
}

func TestUpload_byForm(t *testing.T) {
	form := func(size int) (io.Reader, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		_ = w.WriteField("cacheControl", "60")
		_ = w.WriteField("metadata", `{"title":"A"}`)
		part, _ := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name=""; filename="a.pdf"`}, "Content-Type": {"application/pdf"}})
		_, _ = part.Write(bytes.Repeat([]byte("x"), size))
		_ = w.Close()
		return &b, w.FormDataContentType()
	}
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		body, kind := form(7)
		if g := c.call("POST", "/object/books/a.pdf", body, "Content-Type", kind); g.status != 200 {
			t.Fatalf("got %s", g.text)
		}
		g := c.must("GET", "/object/info/books/a.pdf", "")
		if g.get("size") != 7.0 || g.get("cache_control") != "max-age=60" || fmt.Sprint(g.get("metadata")) != "map[title:A]" {
			t.Errorf("info: %s", g.text)
		}
		for name, size := range map[string]int{"a bit": 2_000_001, "far": 4 << 20} {
			body, kind = form(size)
			if g := c.call("POST", "/object/books/b.pdf", body, "Content-Type", kind); g.get("code") != "EntityTooLarge" {
				t.Errorf("%s over the limit: %s", name, g.text)
			}
		}
		if g := c.call("POST", "/object/books/b.pdf", strings.NewReader("--x--"), "Content-Type", "multipart/form-data; boundary=x"); g.get("code") != "InvalidRequest" {
			t.Errorf("a form without a file: %s", g.text)
		}
	})
}

func TestUpload_twoAtOnceOneWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		var wg sync.WaitGroup
		codes := make([]string, 8)
		for i := range codes {
			wg.Go(func() {
				g := c.call("POST", "/object/books/a.pdf", strings.NewReader(fmt.Sprint(i)), "Content-Type", "application/pdf")
				codes[i] = fmt.Sprintf("%d %v", g.status, g.get("code"))
			})
		}
		wg.Wait()
		slices.Sort(codes)
		want := append([]string{"200 <nil>"}, slices.Repeat([]string{"400 KeyAlreadyExists"}, 7)...)
		if diff := cmp.Diff(want, codes); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if files, _ := os.ReadDir(filepath.Join(c.dir, "objects")); len(files) != 2 {
			t.Errorf("%d files, want 2", len(files))
		}
	})
}

func TestList_givesOneLevel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		for _, k := range []string{"h1/books/b.pdf", "h1/books/a.pdf", "h1/c.pdf", "top.pdf", "h1x/d.pdf"} {
			c.put("books/"+k, "x")
		}
		names := func(body string) string {
			var out []string
			for _, row := range c.must("POST", "/object/list/books", body).json.([]any) {
				m := row.(map[string]any)
				name := m["name"].(string)
				if m["id"] == nil {
					name += "/"
				}
				out = append(out, name)
			}
			return strings.Join(out, " ")
		}
		for body, want := range map[string]string{
			`{"prefix":""}`:                        "h1/ h1x/ top.pdf",
			`{"prefix":"h1"}`:                      "books/ c.pdf",
			`{"prefix":"h1/books/"}`:               "a.pdf b.pdf",
			`{"prefix":"h1/books/","limit":1}`:     "a.pdf",
			`{"prefix":"h1/books/","offset":1}`:    "b.pdf",
			`{"prefix":"h1/books/","search":"B."}`: "b.pdf",
			`{"prefix":"nobody"}`:                  "",
			`{"sortBy":{"column":"created_at","order":"desc"},"prefix":"h1/books"}`: "b.pdf a.pdf",
		} {
			if diff := cmp.Diff(want, names(body)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", body, diff)
			}
		}
		if g := c.must("POST", "/object/list/other", `{"prefix":""}`); strings.TrimSpace(g.text) != "[]" {
			t.Errorf("a bucket that is none: %s", g.text)
		}
	})
}

func TestBuckets_publicEmptyAndProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		c.must("POST", "/bucket", `{"id":"open","name":"open","public":true,"file_size_limit":null}`)
		c.must("POST", "/object/open/a.txt", "hi", "Content-Type", "text/plain")
		noKey := []string{"Authorization", "", "Apikey", ""}
		if g := c.call("GET", "/object/public/open/a.txt", nil, noKey...); g.text != "hi" {
			t.Errorf("public: %s", g.text)
		}
		list := c.must("GET", "/bucket", "").json.([]any)
		if len(list) != 2 || list[0].(map[string]any)["type"] != "STANDARD" || list[0].(map[string]any)["file_size_limit"] != 2e6 {
			t.Errorf("buckets: %v", list)
		}
		c.must("POST", "/bucket/open/empty", "")
		c.must("DELETE", "/bucket/open", "")
		if g := c.call("GET", "/bucket/open", nil); g.get("code") != "NoSuchBucket" {
			t.Errorf("after its deletion: %s", g.text)
		}
		if g := c.call("GET", "/status", nil, noKey...); g.status != 200 || g.text != "" {
			t.Errorf("status: %d %q", g.status, g.text)
		}
		if g := c.call("GET", "/version", nil, noKey...); g.text != "1.11.2" {
			t.Errorf("version: %q", g.text)
		}
		if g := c.must("GET", "/health", ""); g.get("healthy") != true {
			t.Errorf("health: %s", g.text)
		}
	})
}

func TestOpen_goesOnWhereTheLastOneEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		c := open(t, dir)
		c.bucket("books")
		c.put("books/a.pdf", "old")
		c.put("books/a.pdf", "new", "X-Upsert", "true", "X-Metadata", "eyJuYW1lIjoiQSJ9")
		before := c.must("GET", "/object/info/books/a.pdf", "").json
		// What a kill leaves behind: an upload that was not finished, bytes of a version that nothing names.
		for _, name := range []string{".upload-1", ".new-2", "11111111-1111-4111-8111-111111111111.v1"} {
			if err := os.WriteFile(filepath.Join(dir, "objects", name), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		c = open(t, dir)
		after := c.must("GET", "/object/info/books/a.pdf", "").json
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("the object (-before +after):\n%s", diff)
		}
		if g := c.must("GET", "/object/books/a.pdf", ""); g.text != "new" {
			t.Errorf("its bytes: %q", g.text)
		}
		if g := c.must("GET", "/bucket/books", ""); g.get("file_size_limit") != 2e6 {
			t.Errorf("the bucket: %s", g.text)
		}
		if files, _ := os.ReadDir(filepath.Join(dir, "objects")); len(files) != 2 {
			t.Errorf("%d files, want 2", len(files))
		}
	})
}

func TestOpen_saysWhatIsBroken(t *testing.T) {
	if _, err := supabase.Open(t.Context(), supabase.Config{Dir: t.TempDir()}); err == nil {
		t.Error("it opened without a key")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "buckets.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := supabase.Open(t.Context(), supabase.Config{Dir: dir, SecretKey: key}); err == nil || !strings.Contains(err.Error(), "buckets.json") {
		t.Errorf("got %v", err)
	}
}
