package supabase_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func TestLegacyKey_opensEverythingWithoutAGateway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		legacy := c.LegacyKey("service_role")
		c.must("POST", "/bucket", `{"name":"books"}`, "Authorization", "Bearer "+legacy, "Apikey", "")
		c.must("GET", "/bucket/books", "", "Authorization", "Bearer "+legacy, "Apikey", legacy)
		if other := open(t, t.TempDir()); other.LegacyKey("service_role") != legacy {
			t.Error("the same secret gives another key")
		}
		for name, bad := range map[string]string{
			"another signature": legacy[:len(legacy)-3] + "AAA", "an anonymous head": strings.Replace(legacy, "eyJ", "eyK", 1),
		} {
			if g := c.call("GET", "/bucket", nil, "Authorization", "Bearer "+bad); g.refused() != "400: 403 AccessDenied Unauthorized: signature verification failed" {
				t.Errorf("%s: %s", name, g.text)
			}
		}
	})
}

func TestAKeyWithoutRights_seesNothingAndWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		c.put("books/a.pdf", "x")
		c.must("POST", "/bucket", `{"name":"open","public":true}`)
		c.must("POST", "/object/open/a.txt", "hi", "Content-Type", "text/plain")
		const policy = "400: 403 AccessDenied Unauthorized: new row violates row-level security policy"
		const noKey, noBucket = "400: 404 NoSuchKey not_found: Object not found", "400: 404 NoSuchBucket Bucket not found: Bucket not found"
		pdf := []string{"Content-Type", "application/pdf"}
		for name, bearer := range map[string]string{"publishable": publishable, "legacy anon": c.LegacyKey("anon")} {
			for _, x := range []struct{ method, path, body, want string }{
				{"POST", "/bucket", `{"name":"mine"}`, policy},
				{"GET", "/bucket", "", "[]"},
				{"GET", "/bucket/books", "", noBucket},
				{"PUT", "/bucket/books", `{"public":true}`, noBucket},
				{"DELETE", "/bucket/books", "", noBucket},
				{"POST", "/bucket/books/empty", "", noBucket},
				{"GET", "/object/books/a.pdf", "", noKey},
				{"GET", "/object/authenticated/books/a.pdf", "", noKey},
				{"GET", "/object/info/books/a.pdf", "", noKey},
				{"GET", "/object/nowhere/a.pdf", "", noBucket},
				{"GET", "/object/open/a.txt", "", "hi"},
				{"POST", "/object/books/b.pdf", "x", policy},
				{"PUT", "/object/books/a.pdf", "x", policy},
				{"POST", "/object/nowhere/b.pdf", "x", noBucket},
				{"DELETE", "/object/books/a.pdf", "", noKey},
				{"DELETE", "/object/books", `{"prefixes":["a.pdf"]}`, "[]"},
				{"POST", "/object/list/books", `{"prefix":""}`, "[]"},
				{"POST", "/object/list-v2/books", `{}`, `{"hasNext":false,"folders":[],"objects":[]}`},
				{"POST", "/object/copy", `{"bucketId":"books","sourceKey":"a.pdf","destinationKey":"b.pdf"}`, noKey},
				{"POST", "/object/move", `{"bucketId":"books","sourceKey":"a.pdf","destinationKey":"b.pdf"}`, noKey},
				{"POST", "/object/sign/books/a.pdf", `{"expiresIn":1}`, noKey},
				{"POST", "/object/upload/sign/books/b.pdf", "", policy},
			} {
				g := c.call(x.method, x.path, strings.NewReader(x.body), append([]string{"Authorization", "Bearer " + bearer, "Apikey", bearer}, pdf...)...)
				said := strings.TrimSpace(g.text)
				if g.status >= 300 {
					said = g.refused()
				}
				if diff := cmp.Diff(x.want, said); diff != "" {
					t.Errorf("%s: %s %s (-want +got):\n%s", name, x.method, x.path, diff)
				}
			}
		}
		if g := c.call("GET", "/object/books/a.pdf", nil, unsigned...); g.refused() != noBucket {
			t.Errorf("without any key: %s", g.text)
		}
		if g := c.call("GET", "/object/open/a.txt", nil, unsigned...); g.text != "hi" {
			t.Errorf("a public object without any key: %s", g.text)
		}
		if g := c.must("GET", "/object/books/a.pdf", ""); g.text != "x" {
			t.Errorf("the object was touched: %q", g.text)
		}
	})
}

func TestWhatTheBoxLeavesOutSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		for _, path := range []string{"/s3", "/s3/books/a", "/upload/resumable", "/upload/resumable/x"} {
			if g := c.call("POST", path, nil); g.status != 501 || g.get("code") != "NotSupported" {
				t.Errorf("%s: %d %s", path, g.status, g.text)
			}
		}
	})
}
