package pipecat_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
	"readme/cli/provider/providertest"
)

const goodBot = "async def bot(args):\n    print('hello')\n"

func good() map[string]string {
	return map[string]string{
		"Dockerfile":       "FROM dailyco/pipecat-base:0.1.27-py3.12\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY bot.py ./\n",
		"requirements.txt": "pipecat-ai\n", "bot.py": goodBot,
	}
}

// pack makes a tar.gz of files.
func pack(tb testing.TB, files map[string]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(files[name]))}
		if target, isLink := strings.CutPrefix(files[name], "-> "); isLink {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, target, 0
		}
		if err := w.WriteHeader(h); err != nil {
			tb.Fatal(err)
		}
		if h.Size > 0 {
			_, _ = w.Write([]byte(files[name]))
		}
	}
	_, _ = w.Close(), z.Close()
	return b.Bytes()
}

// place asks for an address to upload to.
func (c *cloud) place(region string) map[string]any {
	c.t.Helper()
	return c.must(private, "POST", "/v1/builds/upload-url", `{"region":"`+region+`"}`)
}

// form is an upload: the fields in this order, and then the file, if there is one.
func form(fields [][2]string, file []byte) (body []byte, kind string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		if f[0] == "file" {
			p, _ := w.CreateFormFile("file", "context.tar.gz")
			_, _ = p.Write(file)
			continue
		}
		_ = w.WriteField(f[0], f[1])
	}
	_ = w.Close()
	return b.Bytes(), w.FormDataContentType()
}

func fieldsOf(place map[string]any) [][2]string {
	var out [][2]string
	fields := place["uploadFields"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		out = append(out, [2]string{name, fields[name].(string)})
	}
	return append(out, [2]string{"file"})
}

// send posts a form to the storage, which is in no contract, and gives its status and text.
func (c *cloud) send(place map[string]any, fields [][2]string, file []byte, change ...func(*http.Request)) string {
	c.t.Helper()
	body, kind := form(fields, file)
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, place["uploadUrl"].(string), bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for _, ch := range change {
		ch(req)
	}
	resp, err := providertest.Serve(c.t, c.Handler()).RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	_, _ = text.ReadFrom(resp.Body)
	return fmt.Sprint(resp.StatusCode, " ", text.String())
}

// uploaded sends an archive and gives the upload's id.
func (c *cloud) uploaded(archive []byte) string {
	c.t.Helper()
	p := c.place("us-west")
	if got := c.send(p, fieldsOf(p), archive); got != "204 " {
		c.t.Fatal(got)
	}
	return p["uploadId"].(string)
}

// build uploads files and starts a build of them.
func (c *cloud) build(files map[string]string) (status int, b map[string]any) {
	c.t.Helper()
	status, m := c.call(private, "POST", "/v1/builds", `{"uploadId":"`+c.uploaded(pack(c.t, files))+`","region":"us-west"}`)
	b, _ = m["build"].(map[string]any)
	return status, b
}

func (c *cloud) readBuild(id any) map[string]any {
	c.t.Helper()
	return c.must(private, "GET", "/v1/builds/"+fmt.Sprint(id), "")["build"].(map[string]any)
}

func (c *cloud) buildLog(id any) string {
	c.t.Helper()
	var lines []string
	for _, l := range c.must(private, "GET", "/v1/builds/"+fmt.Sprint(id)+"/logs?limit=500", "")["logs"].([]any) {
		lines = append(lines, l.(string))
	}
	return strings.Join(lines, "\n")
}

func TestBuild_takesItsPaceAndIsDeployed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		archive := pack(t, good())
		upload := c.uploaded(archive)
		status, m := c.call(private, "POST", "/v1/builds", `{"uploadId":"`+upload+`","region":"us-west","dockerfilePath":"Dockerfile"}`)
		sum := md5.Sum(archive)
		if status != 201 || m["cached"] != false || m["contextHash"] != hex.EncodeToString(sum[:])[:16] {
			t.Fatalf("%d %v", status, m)
		}
		id := m["build"].(map[string]any)["id"]
		deploy := `{"serviceName":"readme","buildId":"` + id.(string) + `"}`
		var got []string
		for range 5 {
			got = append(got, fmt.Sprint(c.readBuild(id)["status"]))
			if s, m := c.call(private, "POST", "/v1/agents", deploy); got[len(got)-1] != "success" && (s != 400 || m["error"] !=
				"Build is not ready (status: "+got[len(got)-1]+"). Only successful builds can be deployed.") {
				t.Errorf("a deploy of a build that is %s: %d %v", got[len(got)-1], s, m)
			}
			time.Sleep(time.Second)
		}
		if diff := cmp.Diff([]string{"pending", "building", "building", "building", "success"}, got); diff != "" {
			t.Errorf("second by second (-want +got):\n%s", diff)
		}
		b := c.readBuild(id)
		if b["buildDurationSeconds"] != 3.0 || b["contextSizeBytes"] != float64(len(archive)) || b["imageUri"] == nil {
			t.Errorf("the build: %v", b)
		}
		a := c.agent()
		d := a["deployment"].(map[string]any)
		if image := d["manifest"].(map[string]any)["spec"].(map[string]any)["image"]; d["buildId"] != id || image != "[REDACTED]" {
			t.Errorf("the deployment: %v", d)
		}
		time.Sleep(time.Minute)
		if got := seen(c.agent()); got != "reconciled=true ready=true available=true current=Active previous=- errors=0" {
			t.Errorf("the rollout: %s", got)
		}
		m = c.must(private, "POST", "/v1/builds", `{"uploadId":"`+c.uploaded(archive)+`","region":"us-west"}`)
		if again := m["build"].(map[string]any); m["cached"] != true || again["id"] != id {
			t.Errorf("the same once more: %v", m)
		}
		m = c.must(private, "POST", "/v1/builds", `{"uploadId":"`+upload+`","region":"us-west","dockerfilePath":"Other"}`)
		if m["cached"] != false {
			t.Errorf("the same with another Dockerfile: %v", m)
		}
		if m := c.update(`{"buildId":"` + id.(string) + `"}`); m["warning"] == nil {
			t.Errorf("the same build once more: %v", m)
		}
		if d := c.update(`{"image":"readme/bot:1"}`)["deployment"].(map[string]any); d["buildId"] != nil {
			t.Errorf("an image takes its place: %v", d)
		}
	})
}

func TestBuilds_areListedNewestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		_, one := c.build(good())
		time.Sleep(time.Minute)
		files := good()
		delete(files, "bot.py")
		_, two := c.build(files)
		count := func(query string) string {
			m := c.must(private, "GET", "/v1/builds?"+query, "")
			var ids []any
			for _, b := range m["builds"].([]any) {
				ids = append(ids, b.(map[string]any)["id"])
			}
			return fmt.Sprint(m["total"], ids)
		}
		for query, want := range map[string]string{
			"":                              fmt.Sprint(2, []any{two["id"], one["id"]}),
			"limit=1&offset=1":              fmt.Sprint(2, []any{one["id"]}),
			"status=success&region=us-west": fmt.Sprint(1, []any{one["id"]}),
			"region=us-east":                "0 []",
			"contextHash=0000000000000000":  "0 []",
			"contextHash=" + one["contextHash"].(string): fmt.Sprint(1, []any{one["id"]}),
		} {
			if got := count(query); got != want {
				t.Errorf("%q: %s, want %s", query, got, want)
			}
		}
		c.rt = providertest.Serve(t, c.Handler()) // the contract does not know what the official clients send, and no 400
		if got := count("dockerfilePath=Other"); got != "0 []" {
			t.Errorf("another Dockerfile: %s", got)
		}
		for _, query := range []string{"limit=0", "limit=101", "limit=x", "offset=-1", "status=done"} {
			if status, _ := c.call(private, "GET", "/v1/builds?"+query, ""); status != 400 {
				t.Errorf("%s: %d", query, status)
			}
		}
	})
}

func TestBuilds_refusalsInTheVendorsWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		c.create("1")
		_, b := c.build(good())
		time.Sleep(time.Minute)
		id := b["id"].(string)
		const nobody = "11111111-1111-4111-8111-111111111111"
		empty := c.place("us-west")["uploadId"].(string)
		east := c.place("us-east")
		if got := c.send(east, fieldsOf(east), pack(t, good())); got != "204 " {
			t.Fatal(got)
		}
		for _, x := range []struct {
			key, method, path, body string
			status                  int
			want                    string
		}{
			{public, "GET", "/v1/builds", "", 401, "Unauthorized / token expired"},
			{public, "POST", "/v1/builds", `{"uploadId":"` + nobody + `","region":"us-west"}`, 401, "Unauthorized / token expired"},
			{private, "GET", "/v1/builds/" + nobody, "", 404, "Build not found"},
			{private, "GET", "/v1/builds/" + nobody + "/logs", "", 404, "Build not found"},
			{private, "GET", "/v1/builds/" + id + "/logs?limit=0", "", 400, "Invalid parameters"},
			{private, "POST", "/v1/builds/upload-url", `{"region":"mars"}`, 400, "Invalid region or organization does not have access"},
			{private, "POST", "/v1/builds", `{"uploadId":"` + nobody + `","region":"us-west"}`, 400, "Upload not found"},
			{private, "POST", "/v1/builds", `{"uploadId":"` + empty + `","region":"us-west"}`, 400, "Build context has not been uploaded"},
			{private, "POST", "/v1/builds", `{"uploadId":"` + empty + `","region":"us-west","dockerfilePath":"../Dockerfile"}`, 400, "Invalid parameters"},
			{private, "POST", "/v1/builds", `{"uploadId":"` + east["uploadId"].(string) + `","region":"us-west"}`, 400, "Upload is in region 'us-east' but build is in region 'us-west'"},
			{private, "POST", "/v1/agents/readme", `{"buildId":"` + nobody + `"}`, 400, "Build not found"},
			{private, "POST", "/v1/agents", `{"serviceName":"far","region":"us-east","buildId":"` + id + `"}`, 400, "Build is in region 'us-west' but service is in region 'us-east'. Builds must be in the same region as the service."},
			{private, "POST", "/v1/agents/readme", `{"image":"a:1","buildId":"` + id + `"}`, 400, "Cannot specify both image and buildId. Use one or the other."},
		} {
			status, m := c.call(x.key, x.method, x.path, x.body)
			if status != x.status || m["error"] != x.want {
				t.Errorf("%s %s %s: %d %v, want %d %s", x.method, x.path, x.body, status, m, x.status, x.want)
			}
		}
	})
}

func TestBuildLog_growsAndIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t)
		_, b := c.build(good())
		if got := c.buildLog(b["id"]); got != "" {
			t.Errorf("before it began: %s", got)
		}
		time.Sleep(2500 * time.Millisecond)
		half := c.buildLog(b["id"])
		time.Sleep(time.Minute)
		all := c.buildLog(b["id"])
		if half == "" || !strings.HasPrefix(all, half) || len(all) <= len(half) || !strings.Contains(all, "COPY bot.py ./") || !strings.HasPrefix(all, "[Container] 2000/01/01 ") {
			t.Errorf("half:\n%s\nall:\n%s", half, all)
		}
		m := c.must(private, "GET", "/v1/builds/"+b["id"].(string)+"/logs?limit=2", "")
		if len(m["logs"].([]any)) != 2 || m["nextToken"] == nil {
			t.Errorf("two lines: %v", m)
		}
	})
}

func TestFaults_ofBuilds(t *testing.T) {
	for name, want := range map[string]string{
		"":                        "201/pending/building/success/success",
		pipecat.FaultBuildFails:   "201/pending/building/failed/failed",
		pipecat.FaultBuildTimeout: "201/pending/building/timeout/timeout",
		pipecat.FaultBuildStuck:   "201/pending/building/building/building",
		pipecat.FaultBuildSlow:    "201/pending/pending/building/success",
		pipecat.FaultCachedBuild:  "200/success/success/success/success",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := open(t)
				if name != "" {
					c.on(name, func(f *fault.Fault) { f.Only, f.For = "us-west", 80*time.Second })
				}
				status, b := c.build(good())
				got := strconv.Itoa(status)
				for _, wait := range []time.Duration{0, 2 * time.Second, 18 * time.Second, time.Minute} {
					time.Sleep(wait)
					got += fmt.Sprint("/", c.readBuild(b["id"])["status"])
				}
				if got != want {
					t.Errorf("got %s, want %s", got, want)
				}
				b = c.readBuild(b["id"])
				if _, failed := b["errorMessage"]; failed != (b["status"] == "failed" || b["status"] == "timeout") {
					t.Errorf("the build: %v", b)
				}
				if b["status"] == "failed" && !strings.Contains(c.buildLog(b["id"]), "exit code: 1") {
					t.Errorf("log: %s", c.buildLog(b["id"]))
				}
			})
		})
	}
}
