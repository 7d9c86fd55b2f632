package storage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/services/books"
	"readme/services/storage"
	"readme/services/storage/storagetest"
)

const path = "00000000-0000-4000-8000-000000000001/books/00000000-0000-4000-8000-000000000002.pdf"

func open(t *testing.T) (*storage.Client, *storagetest.Storage) {
	t.Helper()
	server := storagetest.New(t)
	client, err := storage.New(server.URL+"/", storagetest.Key, "books", "readme-test/1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	client.WithoutPauses()
	return client, server
}

func put(t *testing.T, c *storage.Client, content string) {
	t.Helper()
	if err := c.Put(t.Context(), path, strings.NewReader(content), int64(len(content))); err != nil {
		t.Fatalf("put: %v", err)
	}
}

func TestAFileGoesInIsFoundReadAndDeleted(t *testing.T) {
	c, server := open(t)
	put(t, c, "first")
	put(t, c, "second one") // a repetition replaces
	if size, err := c.Stat(t.Context(), path); err != nil || size != 10 {
		t.Fatalf("got size %d, %v, want 10", size, err)
	}
	body, err := c.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || string(got) != "second one" {
		t.Fatalf("got %q, %v", got, err)
	}
	for range 2 { // the second time there is nothing to delete, which is as good
		if err := c.Delete(t.Context(), path); err != nil {
			t.Fatalf("delete: %v", err)
		}
	}
	if left := server.Objects(); len(left) != 0 {
		t.Fatalf("%d objects are left", len(left))
	}
}

func TestWhatIsMissingIsNotFound(t *testing.T) {
	c, _ := open(t)
	if _, err := c.Stat(t.Context(), path); !errors.Is(err, books.ErrNotFound) {
		t.Errorf("stat: got %v, want not found", err)
	}
	if _, err := c.Open(t.Context(), path); !errors.Is(err, books.ErrNotFound) {
		t.Errorf("open: got %v, want not found", err)
	}
}

func TestAMissingBucketIsNoMissingFile(t *testing.T) {
	server := storagetest.New(t)
	c, err := storage.New(server.URL, storagetest.Key, "other", "readme-test/1")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for name, err := range map[string]error{"ping": c.Ping(t.Context()), "delete": c.Delete(t.Context(), path)} {
		if err == nil || errors.Is(err, books.ErrNotFound) {
			t.Errorf("%s: got %v, want an error that is not ErrNotFound", name, err)
		}
	}
}

func TestPingReachesTheBucketAndTellsAWrongKey(t *testing.T) {
	c, server := open(t)
	if err := c.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	const wrong = "sb_secret_quite_another"
	stranger, err := storage.New(server.URL, wrong, "books", "readme-test/1")
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	err = stranger.Ping(t.Context())
	if err == nil || strings.Contains(err.Error(), wrong) || !strings.Contains(err.Error(), "401") {
		t.Fatalf("got %v, want a 401 without the key", err)
	}
}

func TestEveryRequestBearsKeyTwiceAndOurName(t *testing.T) {
	c, server := open(t)
	var seen http.Header
	server.Refuse(func(r *http.Request) *storagetest.Refusal { seen = r.Header.Clone(); return nil })
	put(t, c, "x")
	for name, want := range map[string]string{
		"Apikey": storagetest.Key, "Authorization": "Bearer " + storagetest.Key, "User-Agent": "readme-test/1",
		"Content-Length": "1", "X-Upsert": "true", "Content-Type": "application/pdf",
	} {
		if got := seen.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestFailures(t *testing.T) {
	body := func(status string) string { return `{"statusCode":"` + status + `","error":"E","message":"m"}` }
	cases := []struct {
		name  string
		no    storagetest.Refusal
		tries int
		want  string
	}{
		{"a lock passes", storagetest.Refusal{HTTP: 400, Body: body("423")}, 4, "store file: storage answered 423 E: m"},
		{"slow down passes", storagetest.Refusal{HTTP: 429, Body: body("429")}, 4, "store file: storage answered 429 E: m"},
		{"the database's own 544 passes", storagetest.Refusal{HTTP: 544, Body: body("544")}, 4, "store file: storage answered 544 E: m"},
		{"a 503 without any body passes", storagetest.Refusal{HTTP: 503}, 4, "store file: storage answered 503 : 503 Service Unavailable"},
		{"a cut connection passes", storagetest.Refusal{Cut: true}, 4, ""},
		{"too large is final", storagetest.Refusal{HTTP: 400, Body: `{"statusCode":"413","code":"EntityTooLarge","error":"Payload too large","message":"m"}`}, 1, "store file: storage answered 413 EntityTooLarge: m"},
		{"a numeric status is read too", storagetest.Refusal{HTTP: 404, Body: `{"statusCode":404,"message":"Route not found"}`}, 1, "store file: storage answered 404 : Route not found"},
		{"another shape is survived", storagetest.Refusal{HTTP: 400, Body: `[1,{"statusCode":{}}]`}, 1, "store file: storage answered 400 : 400 Bad Request"},
		{"a redirect is not followed", storagetest.Refusal{HTTP: 302}, 1, "store file: storage answered 302 : 302 Found"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c, server := open(t)
			server.Refuse(func(*http.Request) *storagetest.Refusal { return &tc.no })
			err := c.Put(t.Context(), path, strings.NewReader("x"), 1)
			if err == nil {
				t.Fatal("got no error")
			}
			if diff := cmp.Diff(tc.want, err.Error()); tc.want != "" && diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if got := len(server.Calls()); got != tc.tries {
				t.Errorf("got %d tries, want %d", got, tc.tries)
			}
		})
	}
}

func TestARepetitionSendsTheWholeFileAgain(t *testing.T) {
	c, server := open(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	left := 2
	server.Refuse(func(r *http.Request) *storagetest.Refusal {
		if left == 0 {
			return nil
		}
		left--
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		return &storagetest.Refusal{Cut: true}
	})
	if err := c.Put(t.Context(), path, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(server.Objects()[path], content) {
		t.Fatal("the file that was stored is not the one that was sent")
	}
}

func TestACancelledCallEndsItsTries(t *testing.T) {
	c, server := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	server.Refuse(func(*http.Request) *storagetest.Refusal { cancel(); return &storagetest.Refusal{Cut: true} })
	if err := c.Delete(ctx, path); err == nil {
		t.Fatalf("got %v, want an error", err)
	}
	if got := len(server.Calls()); got != 1 {
		t.Fatalf("got %d tries, want 1", got)
	}
}

func TestBothMakesOfServerKeysAreTaken(t *testing.T) {
	for name, key := range map[string]string{
		"secret": "sb_secret_x", "legacy": "eyJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.x", "another form": "a.b.c",
	} {
		c, err := storage.New("https://abc.supabase.co", key, "books", "readme-test/1")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c.Close()
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	const key = "sb_secret_x"
	for name, tc := range map[string]struct{ url, key string }{
		"no URL":                 {"", key},
		"no scheme":              {"abc.supabase.co", key},
		"another scheme":         {"ftp://abc.supabase.co", key},
		"in the clear":           {"http://abc.supabase.co", key},
		"no key":                 {"https://abc.supabase.co", ""},
		"a key with a line feed": {"https://abc.supabase.co", key + "\n"},
		"the public key":         {"https://abc.supabase.co", "sb_publishable_" + key},
		"the older public key":   {"https://abc.supabase.co", "eyJ9.eyJyb2xlIjoiYW5vbiJ9." + key}, // {"role":"anon"}
	} {
		t.Run(name, func(t *testing.T) {
			_, err := storage.New(tc.url, tc.key, "books", "readme-test/1")
			if err == nil || strings.Contains(err.Error(), key) {
				t.Fatalf("got %v, want an error without the key", err)
			}
		})
	}
}
