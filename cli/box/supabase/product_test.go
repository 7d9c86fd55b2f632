package supabase_test

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"readme/cli/box/supabase"
	"readme/cli/provider/providertest"
	"readme/services/books"
	"readme/services/storage"
)

// The product's client and this emulator were written apart, both after the real server: here they meet.
func TestProduct_keepsItsBooksHere(t *testing.T) {
	e, err := supabase.Open(t.Context(), supabase.Config{Dir: t.TempDir(), SecretKey: key})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(e.Handler())
	defer server.Close()
	c, err := storage.New(server.URL, key, "books", "readme-test/1")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	const path = "00000000-0000-4000-8000-000000000001/books/11111111-1111-4111-8111-111111111111.pdf"
	text := "%PDF-1.4 hello"
	if err := c.Ping(t.Context()); err == nil {
		t.Error("ping: there is no bucket yet")
	}
	if err := c.Put(t.Context(), path, strings.NewReader(text), int64(len(text))); err == nil {
		t.Error("put: there is no bucket yet")
	}
	box := &cloud{Emulator: e, t: t, rt: providertest.Serve(t, e.Handler())}
	box.bucket("books")
	if err := c.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	for range 2 { // the second is a repetition
		if err := c.Put(t.Context(), path, strings.NewReader(text), int64(len(text))); err != nil {
			t.Fatalf("put: %v", err)
		}
	}
	if n, err := c.Stat(t.Context(), path); err != nil || n != int64(len(text)) {
		t.Errorf("stat: %d, %v", n, err)
	}
	r, err := c.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != text {
		t.Errorf("open: %q, %v", got, err)
	}
	_ = r.Close()
	for range 2 {
		if err := c.Delete(t.Context(), path); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := c.Stat(t.Context(), path); !errors.Is(err, books.ErrNotFound) {
		t.Errorf("stat of what is gone: %v", err)
	}
}
