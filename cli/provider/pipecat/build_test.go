package pipecat_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/providertest"
)

// builder is a scripted Pipecat Cloud that builds: each poll takes a build one status on.
type builder struct {
	t       *testing.T
	script  []string // the statuses that a new build has, the first at once
	builds  []map[string]any
	uploads map[string][]byte
	refuse  int // uploads that are refused, as expired
	lose    int // answers to POST /v1/builds that are lost after the build began
	drop    int // POST /v1/builds that never arrive
	blind   int // reads of a build that fail
	blinks  int // every second read of a build fails
	started int
	places  int
	polls   int
	hash    func(archive []byte) string
	log     []string
	region  string
}

func md5of(b []byte) string { s := md5.Sum(b); return hex.EncodeToString(s[:])[:16] }

func (b *builder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1/builds")
	switch {
	case r.Host == "storage.test":
		b.upload(w, r)
	case strings.HasPrefix(r.URL.Path, "/v1/agents/"):
		answer(404, map[string]any{"error": "Not found", "code": "NOT_FOUND"})
	case r.URL.Path == "/v1/properties":
		answer(200, map[string]any{"properties": map[string]any{"defaultRegion": b.region}})
	case path == "/upload-url":
		b.places++
		answer(200, map[string]any{
			"uploadId": fmt.Sprintf("550e8400-e29b-41d4-a716-44665544000%d", b.places), "uploadUrl": "https://storage.test/bucket?sig=hush-hush",
			"uploadFields": map[string]any{"key": fmt.Sprint(b.places), "Policy": "policy-hush-hush"}, "expiresAt": time.Now().Add(15 * time.Minute),
		})
	case path == "" && r.Method == http.MethodPost:
		b.start(w, r, answer)
	case path == "":
		list := []map[string]any{}
		for _, x := range b.builds {
			if x["contextHash"] == r.URL.Query().Get("contextHash") && x["region"] == r.URL.Query().Get("region") {
				list = append(list, x)
			}
		}
		answer(200, map[string]any{"builds": list, "total": len(list), "limit": 100, "offset": 0})
	case strings.HasSuffix(path, "/logs"):
		answer(200, map[string]any{"logs": b.log[:min(len(b.log), b.polls+1)]})
	default:
		b.read(strings.TrimPrefix(path, "/"), answer)
	}
}

// upload takes the form as S3 does: no key of ours, all fields before the file, a length.
func (b *builder) upload(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" || r.ContentLength <= 0 {
		b.t.Errorf("the storage got a key, or no length: %v, %d", r.Header, r.ContentLength)
	}
	form, err := r.MultipartReader()
	if err != nil {
		b.t.Error(err)
		return
	}
	fields := map[string]string{}
	for {
		part, err := form.NextPart()
		if err != nil {
			b.t.Errorf("no file: %v", err)
			return
		}
		body, err := io.ReadAll(part)
		if err != nil {
			b.t.Error(err)
			return
		}
		if part.FormName() != "file" {
			fields[part.FormName()] = string(body)
			continue
		}
		if _, err := form.NextPart(); !errors.Is(err, io.EOF) {
			b.t.Errorf("the file is not the last: %v", err)
		}
		if diff := cmp.Diff(map[string]string{"key": fields["key"], "Policy": "policy-hush-hush", "Content-Type": "application/gzip"}, fields); diff != "" {
			b.t.Errorf("fields (-want +got):\n%s", diff)
		}
		if b.refuse > 0 {
			b.refuse--
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired. policy-hush-hush</Message></Error>")
			return
		}
		b.uploads["550e8400-e29b-41d4-a716-44665544000"+fields["key"]] = body
		w.WriteHeader(http.StatusNoContent)
		return
	}
}

func (b *builder) start(w http.ResponseWriter, r *http.Request, answer func(int, any)) {
	var in struct{ UploadID, Region, DockerfilePath string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	archive, ok := b.uploads[in.UploadID]
	if !ok {
		answer(400, map[string]any{"error": "Upload not found", "code": "GENERIC_BAD_REQUEST"})
		return
	}
	if b.drop > 0 {
		b.drop--
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	b.started++
	build := map[string]any{
		"id": fmt.Sprintf("123e4567-e89b-12d3-a456-42661417400%d", b.started), "status": b.script[0], "contextHash": b.hash(archive),
		"region": in.Region, "dockerfilePath": in.DockerfilePath, "createdAt": time.Now(),
	}
	b.builds = append(b.builds, build)
	if b.lose > 0 {
		b.lose--
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	answer(201, map[string]any{"build": build, "contextHash": build["contextHash"], "cached": false})
}

func (b *builder) read(id string, answer func(int, any)) {
	b.polls++
	if b.blind > 0 || b.blinks > 0 && b.polls%2 == 0 {
		b.blind = max(0, b.blind-1)
		answer(404, map[string]any{"error": "Not found", "code": "NOT_FOUND"})
		return
	}
	for _, x := range b.builds {
		if x["id"] == id {
			x["status"] = b.script[min(b.polls, len(b.script)-1)]
			if x["status"] == "failed" {
				x["errorMessage"] = "Docker build failed: exit 1"
			}
			answer(200, map[string]any{"build": x})
			return
		}
	}
	answer(404, map[string]any{"error": "Not found", "code": "NOT_FOUND"})
}

// context writes an archive with these files, as package source would.
func context(t *testing.T, files map[string]string) (archive string, c pipecat.Context) {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	tw := tar.NewWriter(gz)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		_ = tw.WriteHeader(&tar.Header{Name: "./" + name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg})
		_, _ = io.WriteString(tw, text)
	}
	if err := errors.Join(tw.Close(), gz.Close()); err != nil {
		t.Fatal(err)
	}
	archive = filepath.Join(t.TempDir(), "context.tar.gz")
	if err := os.WriteFile(archive, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := pipecat.ReadContext(archive, "Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	return archive, c
}

// building runs f with a client of a scripted cloud, which is held against the contract.
func building(t *testing.T, f func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &builder{t: t, script: []string{"pending", "building", "success"}, uploads: map[string][]byte{}, hash: md5of, region: "us-west", log: []string{}}
		served := providertest.Serve(t, b)
		watched := providertest.Load(t, "testdata/pipecat.openapi.json").Watch(t, served)
		c := client(t, transport(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "storage.test" || b.drop+b.lose > 0 { // the storage is not in the contract, and a gateway's 502 neither
				return served.RoundTrip(r)
			}
			return watched.RoundTrip(r)
		}))
		archive, ctx := context(t, map[string]string{"Dockerfile": "FROM scratch"})
		f(t, b, c, pipecat.BuildOrder{Archive: archive, Context: ctx, Dockerfile: "Dockerfile", Region: "us-west"})
	})
}

func TestBuild_sendsTheContextOnceAndTakesTheBuildUpAgain(t *testing.T) {
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.log = []string{"one", "two", "three"}
		var said, did []string
		o.Say = func(line string) { said = append(said, line) }
		o.Doing = func(what string) { did = append(did, what) }
		id, cached, err := c.Build(t.Context(), o)
		if err != nil || cached || b.started != 1 {
			t.Fatalf("%s, cached %v, %v; started %d", id, cached, err, b.started)
		}
		if diff := cmp.Diff(b.log, said); diff != "" {
			t.Errorf("its log, each line once (-want +got):\n%s", diff)
		}
		if want := "build " + id + " success"; did[len(did)-1] != want {
			t.Errorf("it says %q, want %q at last", did, want)
		}
		again, cached, err := c.Build(t.Context(), o)
		if err != nil || !cached || again != id || b.started != 1 || b.places != 1 {
			t.Errorf("again: %s, cached %v, %v; started %d", again, cached, err, b.started)
		}
		o.Region = "us-east"
		if _, cached, err := c.Build(t.Context(), o); err != nil || cached || b.started != 2 {
			t.Errorf("in another region: cached %v, %v, started %d", cached, err, b.started)
		}
		if got, err := c.ReadBuild(t.Context(), id); err != nil || got.Hash != o.Context.Hash || got.Status != pipecat.BuildSuccess {
			t.Errorf("read: %+v, %v", got, err)
		}
	})
}

func TestBuild_goesWhereTheOrganizationIsAtHome(t *testing.T) {
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		o.Region, b.region = "", "ap-south"
		if _, _, err := c.Build(t.Context(), o); err != nil || b.builds[0]["region"] != "ap-south" {
			t.Errorf("%v, %v", b.builds, err)
		}
	})
}

// The vendor's newest tool names a context by more than its archive. Whichever is right, a build is found again.
func TestBuild_knowsBothNamesOfAContext(t *testing.T) {
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.hash = func(archive []byte) string { return md5of(append(archive, "\x00dockerfile:Dockerfile"...)) }
		id, _, err := c.Build(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if again, cached, err := c.Build(t.Context(), o); err != nil || !cached || again != id {
			t.Errorf("again: %s, cached %v, %v", again, cached, err)
		}
		if got, err := c.ReadBuild(t.Context(), id); err != nil || !o.Context.Is(got.Hash) || o.Context.Is("") || o.Context.Is("0123456789abcdef") {
			t.Errorf("read: %+v, %v", got, err)
		}
	})
}

func TestBuild_joinsOneThatIsOnItsWay(t *testing.T) {
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.builds = []map[string]any{{"id": "123e4567-e89b-12d3-a456-426614174009", "status": "building", "contextHash": o.Context.Hash, "region": "us-west", "createdAt": time.Now()}}
		if id, _, err := c.Build(t.Context(), o); err != nil || id != "123e4567-e89b-12d3-a456-426614174009" || b.started != 0 {
			t.Errorf("%s, %v, started %d", id, err, b.started)
		}
	})
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		newest := "123e4567-e89b-12d3-a456-426614174008"
		for i, age := range []time.Duration{time.Minute, time.Second} {
			b.builds = append(b.builds, map[string]any{"id": "123e4567-e89b-12d3-a456-42661417400" + []string{"9", "8"}[i], "status": "building", "contextHash": o.Context.Hash, "region": "us-west", "createdAt": time.Now().Add(-age)})
		}
		if id, _, err := c.Build(t.Context(), o); err != nil || id != newest {
			t.Errorf("of two, the newer: %s, %v", id, err)
		}
	})
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.builds = []map[string]any{{"id": "123e4567-e89b-12d3-a456-426614174009", "status": "building", "contextHash": o.Context.Hash, "region": "us-west", "createdAt": time.Now().Add(-time.Hour)}}
		if _, _, err := c.Build(t.Context(), o); err != nil || b.started != 1 {
			t.Errorf("one that never ended: %v, started %d", err, b.started)
		}
	})
}

func TestBuild_neverStartsASecondOneWhileTheFirstMayExist(t *testing.T) {
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.lose = 1
		if id, _, err := c.Build(t.Context(), o); err != nil || b.started != 1 || id != b.builds[0]["id"] {
			t.Errorf("the answer was lost: %s, %v, started %d", id, err, b.started)
		}
	})
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.drop = 1
		began := time.Now()
		if _, _, err := c.Build(t.Context(), o); err != nil || b.started != 1 || time.Since(began) < 30*time.Second {
			t.Errorf("it never arrived: %v after %s, started %d", err, time.Since(began), b.started)
		}
	})
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.drop = 9
		if _, _, err := c.Build(t.Context(), o); !provider.Ambiguous(err) || b.drop != 7 {
			t.Errorf("it never arrives: %v, %d left", err, b.drop)
		}
	})
}

func TestBuild_asksForAnotherPlaceWhenItsPlaceHasExpired(t *testing.T) {
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.refuse = 1
		if _, _, err := c.Build(t.Context(), o); err != nil || b.places != 2 {
			t.Errorf("%v, %d places", err, b.places)
		}
	})
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.refuse = 9
		_, _, err := c.Build(t.Context(), o)
		if provider.StatusOf(err) != http.StatusForbidden || b.places != 2 || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "AccessDenied: Invalid according to Policy") {
			t.Errorf("%v, %d places", err, b.places)
		}
	})
}

func TestBuild_thatFailsSaysWhyAndShowsTheEndOfItsLog(t *testing.T) {
	for status, says := range map[string]string{"failed": "failed: Docker build failed: exit 1", "timeout": "longer than the vendor allows", "building": "may still end"} {
		t.Run(status, func(t *testing.T) {
			building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
				t.Helper()
				b.script = []string{"pending", status}
				for i := range 20 {
					b.log = append(b.log, fmt.Sprint("line ", i))
				}
				began := time.Now()
				_, _, err := c.Build(t.Context(), o)
				failed, ok := errors.AsType[*pipecat.BuildError](err)
				if !ok || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), failed.ID) || len(failed.Last) == 0 || len(failed.Last) > 12 {
					t.Errorf("%v: %+v", err, failed)
				}
				if took := time.Since(began); took > 10*time.Minute+10*time.Second {
					t.Errorf("it waited %s", took)
				}
			})
		})
	}
}

func TestBuild_outlivesAFewBlindReads(t *testing.T) {
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.blinks = 1
		b.script = []string{"pending", "building", "building", "building", "building", "building", "building", "building", "building", "building", "building", "building", "building", "success"}
		if _, _, err := c.Build(t.Context(), o); err != nil {
			t.Error(err)
		}
	})
	building(t, func(t *testing.T, b *builder, c *pipecat.Client, o pipecat.BuildOrder) {
		t.Helper()
		b.blind = 5
		if _, _, err := c.Build(t.Context(), o); err == nil || !strings.Contains(err.Error(), "cannot be followed") || !strings.Contains(err.Error(), b.builds[0]["id"].(string)) {
			t.Errorf("got %v", err)
		}
	})
}
