package supabase_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// unsigned are the headers of a request without any key.
var unsigned = []string{"Authorization", "", "Apikey", ""}

func TestSign_opensOneObjectForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		c.put("books/a.pdf", "A")
		c.put("books/b.pdf", "B")
		signed := c.must("POST", "/object/sign/books/a.pdf", `{"expiresIn":60}`).get("signedURL").(string)
		if g := c.call("GET", signed, nil, unsigned...); g.text != "A" {
			t.Errorf("got %s", g.text)
		}
		if g := c.call("GET", signed+"&download=x%20y.pdf", nil, unsigned...); g.header.Get("Content-Disposition") != "attachment; filename=x%20y.pdf; filename*=UTF-8''x%20y.pdf" {
			t.Errorf("as a download: %v", g.header)
		}
		upload := c.must("POST", "/object/upload/sign/books/a.pdf", "", "X-Upsert", "true").get("token").(string)
		for name, x := range map[string]struct{ path, code string }{
			"another object":  {strings.Replace(signed, "a.pdf", "b.pdf", 1), "InvalidSignature"},
			"a changed token": {signed[:len(signed)-2] + "xx", "InvalidJWT"},
			"no token":        {"/object/sign/books/a.pdf", "InvalidRequest"},
			"one for uploads": {"/object/sign/books/a.pdf?token=" + upload, "InvalidSignature"},
			"a key":           {"/object/sign/books/a.pdf?token=" + c.LegacyKey("service_role"), "InvalidJWT"},
		} {
			if g := c.call("GET", x.path, nil, unsigned...); g.get("code") != x.code || g.status != 400 {
				t.Errorf("%s: %s", name, g.text)
			}
		}
		time.Sleep(time.Minute)
		if g := c.call("GET", signed, nil, unsigned...); g.refused() != `400: 400 InvalidJWT InvalidJWT: "exp" claim timestamp check failed` {
			t.Errorf("a minute later: %s", g.text)
		}
		if g := c.call("POST", "/object/sign/books/c.pdf", strings.NewReader(`{"expiresIn":60}`)); g.get("code") != "NoSuchKey" {
			t.Errorf("a missing object: %s", g.text)
		}
		rows := c.must("POST", "/object/sign/books", `{"expiresIn":60,"paths":["b.pdf","c.pdf"]}`).json.([]any)
		first, second := rows[0].(map[string]any), rows[1].(map[string]any)
		if g := c.call("GET", first["signedURL"].(string), nil, unsigned...); g.text != "B" || first["error"] != nil {
			t.Errorf("one of several: %v, %s", first, g.text)
		}
		if second["signedURL"] != nil || second["error"] == nil {
			t.Errorf("a missing one among several: %v", second)
		}
	})
}

func TestSignedUpload_isForOneKeyAndKeepsItsUpsert(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.bucket("books")
		sign := func(pairs ...string) string {
			return c.must("POST", "/object/upload/sign/books/h/a.pdf", "", pairs...).get("url").(string)
		}
		put := func(url, body string) got {
			return c.call("PUT", url, strings.NewReader(body), append([]string{"Content-Type", "application/pdf", "X-Upsert", "true"}, unsigned...)...)
		}
		once, earlier := sign(), sign("X-Upsert", "true")
		if g := put(strings.Replace(once, "a.pdf", "b.pdf", 1), "x"); g.get("code") != "InvalidSignature" {
			t.Errorf("for another key: %s", g.text)
		}
		if g := put(once, "one"); g.status != 200 || g.get("Key") != "books/h/a.pdf" {
			t.Errorf("got %s", g.text)
		}
		if g := put(once, "two"); g.get("error") != "Duplicate" {
			t.Errorf("a second time, and the header asks to replace: %s", g.text)
		}
		if g := c.call("POST", "/object/upload/sign/books/h/a.pdf", nil); g.get("error") != "Duplicate" {
			t.Errorf("signing for what is there: %s", g.text)
		}
		if g := put(earlier, "three"); g.status != 200 {
			t.Errorf("signed with upsert: %s", g.text)
		}
		if g := c.must("GET", "/object/books/h/a.pdf", ""); g.text != "three" {
			t.Errorf("the object: %q", g.text)
		}
		time.Sleep(2 * time.Hour)
		if g := put(earlier, "four"); g.get("code") != "InvalidJWT" {
			t.Errorf("two hours later: %s", g.text)
		}
	})
}
