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
		fault  box.Fault
		status int
		took   time.Duration
	}{
		"429 inside a 400, thrice":     {box.Fault{Kind: box.FaultSlowDown, Times: 3}, 0, 7 * time.Second},
		"429 inside a 400, for ever":   {box.Fault{Kind: box.FaultSlowDown}, 429, 7 * time.Second},
		"a database that times out":    {box.Fault{Kind: box.FaultDatabaseTimeout, Times: 2}, 0, 1500 * time.Millisecond},
		"a 500, for ever":              {box.Fault{Kind: box.FaultInternal}, 500, 7500 * time.Millisecond},
		"a line that is cut":           {box.Fault{Kind: box.FaultAway, Times: 1}, 0, 500 * time.Millisecond},
		"a gateway that refuses":       {box.Fault{Kind: box.FaultGateway401}, 401, 0},
		"an answer that is a bit late": {box.Fault{Kind: box.FaultLatency, Times: 1, For: 30 * time.Second}, 0, 30 * time.Second},
	}
	for name, x := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, cloud := open(t)
				if err := cloud.Inject(x.fault); err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				if err := c.Probe(t.Context()); provider.StatusOf(err) != x.status || (err == nil) != (x.status == 0) {
					t.Errorf("got %v, want status %d", err, x.status)
				}
				if took := time.Since(start); took != x.took {
					t.Errorf("it took %s, want %s", took, x.took)
				}
				cloud.Clear("")
			})
		})
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

func TestNew_refusesWhatCannotWork(t *testing.T) {
	for name, o := range map[string]supabase.Options{
		"no key":            {Base: "https://ref.supabase.co"},
		"a publishable key": {Base: "https://ref.supabase.co", Key: release.NewSecret("sb_publishable_1")},
		"no address":        {Key: release.NewSecret(key)},
		"a database":        {Base: "postgres://u:hunter2@h/db", Key: release.NewSecret(key)},
	} {
		if _, err := supabase.New(o); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "_1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
