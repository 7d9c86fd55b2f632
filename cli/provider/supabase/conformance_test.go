package supabase_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/supabase"
	"readme/cli/release"
)

// keepsItsPromises holds a client to what a release needs of Storage, the emulated or a real one. There is no bucket of
// that name yet; intruder has a key of the right form that opens nothing.
func keepsItsPromises(t *testing.T, c, intruder *supabase.Client, name string) {
	t.Helper()
	if err := c.Probe(t.Context()); err != nil {
		t.Fatalf("it does not let us in: %v", err)
	}
	if b, found, err := c.Bucket(t.Context(), name); found || err != nil {
		t.Fatalf("before: %v, %v, %v", b, found, err)
	}
	first := supabase.Bucket{Name: name, MaxSize: 1 << 20, Types: []string{"application/pdf", "image/*"}}
	if err := c.CreateBucket(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateBucket(t.Context(), first); provider.StatusOf(err) != http.StatusConflict {
		t.Errorf("made twice: %v", err)
	}
	for _, want := range []supabase.Bucket{{Name: name, Public: true}, {Name: name, MaxSize: 1}, first} {
		if err := c.UpdateBucket(t.Context(), want); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if got, found, err := c.Bucket(t.Context(), name); !found || err != nil || !got.Equal(want) {
			t.Errorf("got %s, %v, %v; want %s", got, found, err, want)
		}
	}
	for what, err := range map[string]error{
		"probe": intruder.Probe(t.Context()), "update": intruder.UpdateBucket(t.Context(), supabase.Bucket{Name: name, Public: true}),
	} {
		if s := provider.StatusOf(err); s != http.StatusUnauthorized && s != http.StatusForbidden || strings.Contains(err.Error(), "sb_secret") {
			t.Errorf("%s with a wrong key: %v", what, err)
		}
	}
	if got, _, err := c.Bucket(t.Context(), name); err != nil || !got.Equal(first) {
		t.Errorf("a wrong key has changed it: %s, %v", got, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := errors.New("the person pressed Ctrl-C")
	cancel(ended)
	if _, _, err := c.Bucket(ctx, name); !errors.Is(err, ended) {
		t.Errorf("a call whose context has ended: %v", err)
	}
}

const wrongKey = "sb_secret_0000000000000000000000_00000000"

func TestSupabase_keepsWhatAReleaseNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, cloud := open(t)
		keepsItsPromises(t, c, client(t, providertest.Serve(t, cloud.Handler()), wrongKey), "readme-ops-trial")
	})
}

// It makes a bucket in the project of SUPABASE_URL, and takes it away again.
func TestSupabase_keepsItOnARealAccount(t *testing.T) {
	env := providertest.Live(t, os.Getenv, "SUPABASE_URL", "SUPABASE_SECRET_KEY")
	at := func(key string) *supabase.Client {
		c, err := supabase.New(supabase.Options{Base: env["SUPABASE_URL"], Key: release.NewSecret(key)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	name := fmt.Sprintf("readme-ops-trial-%d", time.Now().UnixNano())
	t.Cleanup(func() { removeBucket(t, env["SUPABASE_URL"], env["SUPABASE_SECRET_KEY"], name) })
	keepsItsPromises(t, at(env["SUPABASE_SECRET_KEY"]), at(wrongKey), name)
}

// removeBucket deletes an empty bucket, which the client itself never does.
func removeBucket(t *testing.T, base, key, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, strings.TrimSuffix(base, "/")+"/storage/v1/bucket/"+name, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Apikey", key)
	req.Header.Set("Authorization", "Bearer "+key)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Errorf("bucket %s is left at Supabase: the call to delete it failed", name)
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotFound {
		t.Errorf("bucket %s is left at Supabase: HTTP %d", name, resp.StatusCode)
	}
}
