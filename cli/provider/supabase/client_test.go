package supabase_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"readme/cli/box/fault"
	box "readme/cli/box/supabase"
	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/supabase"
	"readme/cli/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "sb_secret_local_1"

func open(t *testing.T) (*supabase.Client, *box.Emulator) {
	t.Helper()
	cloud, err := box.Open(t.Context(), box.Config{Dir: t.TempDir(), SecretKey: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close(t.Context()) })
	return client(t, providertest.Serve(t, cloud.Handler()), key), cloud
}

func client(t *testing.T, rt http.RoundTripper, key string) *supabase.Client {
	t.Helper()
	c, err := supabase.New(supabase.Options{Base: "https://ref.supabase.test/", Key: release.NewSecret(key + "\n"), Transport: rt})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func books() supabase.Bucket {
	return supabase.Bucket{Name: "books", MaxSize: 50 << 20, Types: []string{"application/pdf", "image/*"}}
}

func TestBucket_isMadeReadAndPutRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := open(t)
		if err := c.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, found, err := c.Bucket(t.Context(), "books"); found || err != nil {
			t.Fatalf("before: found %v, %v", found, err)
		}
		if err := c.UpdateBucket(t.Context(), books()); !provider.NotFound(err) || supabase.Code(err) != "NoSuchBucket" {
			t.Errorf("update of a missing one: %v, code %q", err, supabase.Code(err))
		}
		if err := c.CreateBucket(t.Context(), books()); err != nil {
			t.Fatal(err)
		}
		for _, want := range []supabase.Bucket{
			books(), {Name: "books", Public: true}, {Name: "books", MaxSize: 1}, books(),
		} {
			if err := c.UpdateBucket(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			got, found, err := c.Bucket(t.Context(), "books")
			if diff := cmp.Diff(want, got); diff != "" || !found || err != nil || !got.Equal(want) {
				t.Errorf("found %v, %v (-want +got):\n%s", found, err, diff)
			}
		}
	})
}

func TestBucket_refusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, cloud := open(t)
		if err := c.CreateBucket(t.Context(), books()); err != nil {
			t.Fatal(err)
		}
		cases := map[string]struct {
			err    error
			status int
			code   string
		}{
			"it exists":         {c.CreateBucket(t.Context(), books()), 409, "BucketAlreadyExists"},
			"a bad name":        {c.CreateBucket(t.Context(), supabase.Bucket{Name: "ä"}), 400, "InvalidBucketName"},
			"over the limit":    {c.UpdateBucket(t.Context(), supabase.Bucket{Name: "books", MaxSize: 51 << 20}), 413, "EntityTooLarge"},
			"a key of no worth": {client(t, providertest.Serve(t, cloud.Handler()), "sb_secret_other").Probe(t.Context()), 403, "AccessDenied"},
		}
		for name, x := range cases {
			if provider.StatusOf(x.err) != x.status || supabase.Code(x.err) != x.code {
				t.Errorf("%s: %v, code %q; want %d %s", name, x.err, supabase.Code(x.err), x.status, x.code)
			}
			if strings.Contains(fmt.Sprint(x.err), "sb_secret") {
				t.Errorf("%s shows the key: %v", name, x.err)
			}
		}
	})
}

func TestClient_repeatsWhatStorageMeansAsPassing(t *testing.T) {
	cases := map[string]struct {
		fault  fault.Fault
		status int
		took   time.Duration
	}{
		"429 inside a 400, thrice":     {fault.Fault{Name: "slow-down", Times: 3}, 0, 7 * time.Second},
		"429 inside a 400, for ever":   {fault.Fault{Name: "slow-down"}, 429, 7 * time.Second},
		"a database that times out":    {fault.Fault{Name: "database-timeout", Times: 2}, 0, 1500 * time.Millisecond},
		"a database, for ever":         {fault.Fault{Name: "database-timeout"}, 544, 7500 * time.Millisecond},
		"a line that is cut":           {fault.Fault{Name: fault.ConnectionCut, Times: 1}, 0, 500 * time.Millisecond},
		"a gateway that refuses":       {fault.Fault{Name: "key-rejected"}, 401, 0},
		"an answer that is a bit late": {fault.Fault{Name: fault.SlowBody, Times: 1, For: 30 * time.Second}, 0, 30 * time.Second},
	}
	for name, x := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, cloud := open(t)
				set(t, cloud, x.fault)
				start := time.Now()
				if err := c.Probe(t.Context()); provider.StatusOf(err) != x.status || (err == nil) != (x.status == 0) {
					t.Errorf("got %v, want status %d", err, x.status)
				}
				if took := time.Since(start); took != x.took {
					t.Errorf("it took %s, want %s", took, x.took)
				}
			})
		})
	}
}

func TestWrites_areRepeatedWhereNothingWasDone(t *testing.T) {
	for name, x := range map[string]struct {
		fault          fault.Fault
		create, update int // status; 0: it went through
	}{
		"slow down, twice":       {fault.Fault{Name: "slow-down", Times: 2}, 0, 0},
		"locked, twice":          {fault.Fault{Name: "locked", Times: 2}, 0, 0},
		"read-only for a moment": {fault.Fault{Name: "read-only", Times: 1}, 503, 0}, // was it made? it is not there
		"read-only":              {fault.Fault{Name: "read-only"}, 503, 503},
		"the key is rejected":    {fault.Fault{Name: "key-rejected", Times: 1}, 401, 401},
		"an answer is cut":       {fault.Fault{Name: fault.AnswerCut, Times: 1}, 0, 0},
		"a gateway gives up":     {fault.Fault{Name: fault.GatewayTimeout, Times: 1}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, cloud := open(t)
				set(t, cloud, x.fault)
				if err := c.CreateBucket(t.Context(), books()); provider.StatusOf(err) != x.create || (err == nil) != (x.create == 0) {
					t.Errorf("create: %v", err)
				}
				cloud.Faults().Clear("")
				if x.create != 0 {
					if err := c.CreateBucket(t.Context(), books()); err != nil {
						t.Fatal(err)
					}
				}
				set(t, cloud, x.fault)
				if err := c.UpdateBucket(t.Context(), supabase.Bucket{Name: "books"}); provider.StatusOf(err) != x.update || (err == nil) != (x.update == 0) {
					t.Errorf("update: %v", err)
				}
			})
		})
	}
}

func TestWrites_areReadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, cloud := open(t)
		set(t, cloud, fault.Fault{Name: "stale-bucket"})
		if err := c.CreateBucket(t.Context(), books()); err != nil {
			t.Errorf("a read that lags: %v", err)
		}
		if err := c.UpdateBucket(t.Context(), supabase.Bucket{Name: "books", Public: true}); err != nil {
			t.Errorf("a read that lags: %v", err)
		}
		cloud.Faults().Clear("")
		set(t, cloud, fault.Fault{Name: "bucket-settings-ignored"})
		err := c.UpdateBucket(t.Context(), books())
		if err == nil {
			t.Fatal("settings that were ignored are taken for set")
		}
		f := release.AsFault(err)
		if f.Title != "bucket books is not as it should be" || len(f.Evidence) != 1 {
			t.Fatalf("settings that were ignored: %v", err)
		}
		want := []string{
			"expected private, at most 52428800 bytes, application/pdf image/*", "found    public, no limit of its own, all types",
		}
		if diff := cmp.Diff(want, f.Evidence[0].Lines); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
		set(t, cloud, fault.Fault{Name: "bucket-vanishes"})
		if err := c.UpdateBucket(t.Context(), books()); !provider.NotFound(err) {
			t.Errorf("a bucket that is gone: %v", err)
		}
	})
}

func set(t *testing.T, cloud *box.Emulator, f fault.Fault) {
	t.Helper()
	if err := cloud.Faults().Set(f); err != nil {
		t.Fatal(err)
	}
}

func TestCreateBucket_isSentOnceAndReadBack(t *testing.T) {
	for name, carriedOut := range map[string]bool{"it was made": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, err := box.Open(t.Context(), box.Config{Dir: t.TempDir(), SecretKey: key})
				if err != nil {
					t.Fatal(err)
				}
				var posts atomic.Int32
				h := cloud.Handler()
				c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost {
						posts.Add(1)
						if carriedOut {
							h.ServeHTTP(discard{http.Header{}}, r)
						}
						panic(http.ErrAbortHandler)
					}
					h.ServeHTTP(w, r)
				})), key)
				err = c.CreateBucket(t.Context(), books())
				if carriedOut && err != nil || !carriedOut && !provider.Ambiguous(err) {
					t.Errorf("got %v", err)
				}
				if n := posts.Load(); n != 1 {
					t.Errorf("sent %d times", n)
				}
			})
		})
	}
}

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func TestClient_takesAnyNonsense(t *testing.T) {
	for _, status := range []int{200, 400, 401} {
		for _, body := range []string{"", "<p>", "null", "[]", `"x"`, `{"statusCode":"many"}`, `{"statusCode":{}}`, `{"statusCode":"200"}`, `{"statusCode":404404}`} {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, providertest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(status)
					fmt.Fprint(w, body)
				})), key)
				_, found, err := c.Bucket(t.Context(), "books")
				if err == nil || found {
					t.Errorf("%d %q: found %v, %v", status, body, found, err)
				}
				if status > 200 && provider.StatusOf(err) != status {
					t.Errorf("%d %q: status %d", status, body, provider.StatusOf(err))
				}
			})
		}
	}
}
