package provider_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider"
	"readme/cli/release"
)

func TestError_findsTheVendorsWords(t *testing.T) {
	cases := map[string]struct {
		step http.HandlerFunc
		want string
	}{
		"pipecat":                 {answer(404, `{"error":"Not found","code":"NOT_FOUND"}`), "Not found"},
		"pipecat, rate limit":     {answer(403, `{"status":429,"code":"429","message":"Rate limit exceeded."}`), "Rate limit exceeded."},
		"pipecat, zod":            {answer(400, `{"error":"Invalid parameters","err":{"issues":[],"name":"ZodError"},"code":"400"}`), "Invalid parameters"},
		"vercel":                  {answer(403, `{"error":{"code":"forbidden","message":"Not authorized"}}`), "Not authorized"},
		"vercel, older":           {answer(403, `{"err":{"message":"Not authorized"}}`), "Not authorized"},
		"supabase":                {answer(400, `{"statusCode":"404","error":"Bucket not found","message":"The bucket is missing","code":"NoSuchBucket"}`), "The bucket is missing"},
		"graphql":                 {answer(400, `{"errors":[{"message":"Problem processing request"}]}`), "Problem processing request"},
		"fastapi":                 {answer(400, `{"detail":"transport not allowed"}`), "transport not allowed"},
		"unknown JSON is shown":   {answer(400, `{"problem": 1}`), `{"problem": 1}`},
		"a list":                  {answer(400, `["a"]`), `["a"]`},
		"null":                    {answer(400, `null`), `null`},
		"plain text":              {answer(400, "Internal\n Server Error"), "Internal Server Error"},
		"terminal escapes":        {answer(400, "\x1b[31mred\x07"), "[31mred"},
		"nothing":                 {answer(404, ``), "not a word from the vendor"},
		"HTML by its type":        {answer(403, `nope`, "Content-Type", "text/html; charset=utf-8"), "an HTML page instead of JSON (a proxy in front of the vendor answered)"},
		"HTML by its looks":       {answer(403, "\n<!doctype html>", "Content-Type", "text/plain"), "an HTML page instead of JSON (a proxy in front of the vendor answered)"},
		"a novel is cut":          {answer(400, strings.Repeat("ä", 600)), strings.Repeat("ä", 500) + "…"},
		"bytes that are no UTF-8": {answer(400, "a\xffb"), "a\uFFFDb"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := door(t, newScript(c.step)).Do(t.Context(), get("/"))
				var e *provider.Error
				if !errors.As(err, &e) {
					t.Fatalf("got %v", err)
				}
				if diff := cmp.Diff(c.want, e.Message); diff != "" {
					t.Errorf("message (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestError_isEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript(answer(404, `{"error":"Not found"}`, "X-Request-Id", "req-1"))
		_, err := door(t, s).Do(t.Context(), get("/"))
		err = fmt.Errorf("deploy bot: %w", err)
		var e *provider.Error
		if !errors.As(err, &e) || !provider.NotFound(err) || provider.StatusOf(err) != 404 || provider.Ambiguous(err) {
			t.Fatalf("got %v", err)
		}
		want := release.Evidence{Label: "acme, read it", Lines: []string{"Not found", "HTTP 404 Not Found", "request id req-1"}}
		if diff := cmp.Diff(want, e.Evidence()); diff != "" {
			t.Errorf("evidence (-want +got):\n%s", diff)
		}
	})
	if err := errors.New("x"); provider.NotFound(err) || provider.StatusOf(err) != 0 || provider.Ambiguous(err) {
		t.Error("a plain error is taken for a vendor's")
	}
}
