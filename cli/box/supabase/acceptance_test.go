package supabase_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What the acceptance suite of the real server (supabase/storage, acceptance/specs, as of 4fa61fba) asks of any Storage
// in its core profile, in our words: rest-object, rest-extended and db-behavior. The suite itself was run against this
// emulator on 2026-11-22: 21 of its 21 REST and listing tests passed.

// plain is a bucket that takes everything.
func (c *cloud) plain(names ...string) {
	c.t.Helper()
	for _, name := range names {
		c.must("POST", "/bucket", `{"name":"`+name+`"}`)
	}
}

func (c *cloud) text(path, body string, pairs ...string) {
	c.t.Helper()
	c.must("POST", "/object/"+path, body, append([]string{"Content-Type", "text/plain"}, pairs...)...)
}

// pageOf lists with list-v2: the objects, then the folders in brackets, then a plus if there is more, with its cursor.
func (c *cloud) pageOf(bucket, body string) (line, cursor string) {
	c.t.Helper()
	g := c.must("POST", "/object/list-v2/"+bucket, body)
	var names []string
	for _, o := range g.get("objects").([]any) {
		names = append(names, o.(map[string]any)["name"].(string))
	}
	for _, o := range g.get("folders").([]any) {
		names = append(names, "["+o.(map[string]any)["name"].(string)+"]")
	}
	if g.get("hasNext") == true {
		names = append(names, "+")
	}
	cursor, _ = g.get("nextCursor").(string)
	return strings.Join(names, " "), cursor
}

func TestListV2_pagesByWholeNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.plain("b")
		for _, k := range []string{"p/bravo", "p/alpha", "p/nested/deep/x", "p/zulu", "p/nested/charlie", "p/foo_bar", "p/fooxbar", "q/a_b_c"} {
			c.text("b/"+k, "x")
		}
		for body, want := range map[string]string{
			`{"prefix":"p/","with_delimiter":true}`: "p/alpha p/bravo p/foo_bar p/fooxbar p/zulu [p/nested/]",
			`{"prefix":"p/nested/"}`:                "p/nested/charlie p/nested/deep/x",
			`{"prefix":"p/foo_b"}`:                  "p/foo_bar",
			`{"prefix":"p/%"}`:                      "",
			`{"prefix":"q/"}`:                       "q/a_b_c",
			`{"prefix":"p/","limit":1,"sortBy":{"column":"name","order":"desc"}}`: "p/zulu +",
			`{"with_delimiter":true}`: "[p/] [q/]",
		} {
			if got, _ := c.pageOf("b", body); got != want {
				t.Errorf("%s:\n got %s\nwant %s", body, got, want)
			}
		}
		if g := c.call("POST", "/object/list-v2/b", strings.NewReader(`{"cursor":"%"}`)); g.get("code") != "InvalidParameter" {
			t.Errorf("a cursor that is none: %s", g.text)
		}
	})
}

func TestListV2_goesOnAfterItsCursorInEveryOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.plain("b")
		for _, k := range []string{"03", "01", "04", "02"} { // in this order
			c.text("b/"+k, "x")
			time.Sleep(50 * time.Millisecond)
		}
		c.text("b/03", "again", "X-Upsert", "true") // the oldest by creation, the newest by change
		for order, want := range map[string]string{
			`"sortBy":{"column":"created_at","order":"desc"}`: "02 04 + | 01 03",
			`"sortBy":{"column":"updated_at","order":"asc"}`:  "01 04 + | 02 03",
			`"sortBy":{"column":"name"}`:                      "01 02 + | 03 04",
			`"limit":2`:                                       "01 02 + | 03 04",
		} {
			first, cursor := c.pageOf("b", `{"limit":2,`+order+`}`)
			second, last := c.pageOf("b", fmt.Sprintf(`{"limit":2,"cursor":%q}`, cursor))
			if diff := cmp.Diff(want, first+" | "+second); diff != "" || last != "" {
				t.Errorf("%s (-want +got), then %q:\n%s", order, last, diff)
			}
		}
	})
}

func TestCopyAndMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.plain("b", "other")
		c.text("b/a", "A", "X-Metadata", "eyJ4IjoxfQ==", "Cache-Control", "max-age=60")
		c.text("b/z", "Z")
		req := func(op, from, more string) got {
			return c.call("POST", "/object/"+op, strings.NewReader(fmt.Sprintf(`{"bucketId":"b","sourceKey":%q,%s}`, from, more)))
		}
		info := func(path string) string {
			g := c.call("GET", "/object/info/authenticated/"+path, nil)
			return fmt.Sprintf("%v %v %v %v %v", g.get("size"), g.get("content_type"), g.get("cache_control"), g.get("metadata"), g.get("code"))
		}
		if g := req("copy", "a", `"destinationKey":"z"`); g.refused() != "400: 409 KeyAlreadyExists Duplicate: The resource already exists" {
			t.Errorf("copy onto one: %s", g.text)
		}
		if g := req("move", "a", `"destinationKey":"z"`); g.refused() != "400: 409 KeyAlreadyExists Duplicate: The resource already exists" {
			t.Errorf("move onto one: %s", g.text)
		}
		if g := c.must("GET", "/object/b/z", ""); g.text != "Z" {
			t.Errorf("it was replaced: %q", g.text)
		}
		if g := req("copy", "a", `"destinationBucket":"other","destinationKey":"a2"`); g.get("Key") != "other/a2" || g.get("Id") == nil {
			t.Errorf("copy: %s", g.text)
		}
		c.must("POST", "/object/copy", `{"bucketId":"b","sourceKey":"a","destinationKey":"a","copyMetadata":false,"metadata":{"cacheControl":"max-age=77"}}`, "X-Upsert", "true", "X-Metadata", "eyJ5IjoyfQ==")
		before := c.must("GET", "/object/info/b/z", "")
		if g := req("move", "z", `"destinationBucket":"other","destinationKey":"y"`); g.get("message") != "Successfully moved" {
			t.Errorf("move: %s", g.text)
		}
		after := c.must("GET", "/object/info/other/y", "")
		if after.get("id") != before.get("id") || after.get("version") == before.get("version") {
			t.Errorf("moved from %s to %s: it keeps its id, and gets a new version", before.text, after.text)
		}
		check := func(when string) {
			for path, want := range map[string]string{
				"b/a":      "1 text/plain max-age=77 map[y:2] <nil>",
				"other/a2": "1 text/plain max-age=60 map[x:1] <nil>",
				"other/y":  "1 text/plain no-cache map[] <nil>",
				"b/z":      "<nil> <nil> <nil> <nil> NoSuchKey",
			} {
				if diff := cmp.Diff(want, info(path)); diff != "" {
					t.Errorf("%s: %s (-want +got):\n%s", when, path, diff)
				}
			}
			if g := c.must("GET", "/object/other/y", ""); g.text != "Z" {
				t.Errorf("%s: %q", when, g.text)
			}
		}
		check("then")
		c = open(t, c.dir)
		check("after a restart")
		c.must("POST", "/object/copy", `{"bucketId":"other","sourceKey":"y","destinationKey":"y"}`, "X-Upsert", "true")
		if g := c.must("GET", "/object/other/y", ""); g.text != "Z" {
			t.Errorf("a moved one, copied onto itself: %q", g.text)
		}
		if g := req("move", "nobody", `"destinationKey":"n"`); g.get("code") != "NoSuchKey" {
			t.Errorf("move of what is missing: %s", g.text)
		}
		if g := req("copy", "a", `"destinationBucket":"nowhere","destinationKey":"n"`); g.get("code") != "NoSuchBucket" {
			t.Errorf("copy to nowhere: %s", g.text)
		}
		if g := c.call("POST", "/object/move", strings.NewReader(`{"bucketId":"b"}`)); g.get("code") != "InvalidRequest" {
			t.Errorf("a request that lacks something: %s", g.text)
		}
	})
}

func TestHeadsAndInfos(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.must("POST", "/bucket", `{"name":"b","public":true}`)
		const path = "b/special%20file%20@+$,;=%3F.txt"
		c.text(path, "hello")
		for _, x := range []struct {
			method, route string
			keyed         bool
		}{
			{"HEAD", "/object/", true},
			{"HEAD", "/object/info/", true},
			{"HEAD", "/object/authenticated/", true},
			{"HEAD", "/object/public/", false},
			{"GET", "/object/info/public/", false},
			{"GET", "/object/info/", true},
		} {
			pairs := unsigned
			if x.keyed {
				pairs = nil
			}
			if g := c.call(x.method, x.route+path, nil, pairs...); g.status != 200 || g.header.Get("Etag") == "" || x.method == "GET" && g.get("name") != "special file @+$,;=?.txt" {
				t.Errorf("%s %s: %d %v %s", x.method, x.route, g.status, g.header, g.text)
			}
			if g := c.call(x.method, x.route+"b/missing", nil, pairs...); g.status != 400 || x.method == "HEAD" && g.text != "" {
				t.Errorf("%s %s of a missing one: %d %s", x.method, x.route, g.status, g.text)
			}
		}
		for name, x := range map[string]struct {
			asked, want string
			status      int
		}{
			"the first": {"bytes=0-1", "he", 206}, "from one on": {"bytes=3-", "lo", 206}, "the last": {"bytes=-2", "lo", 206},
			"beyond": {"bytes=9-", "", 416}, "none": {"", "hello", 200},
		} {
			g := c.call("GET", "/object/"+path, nil, "Range", x.asked)
			if g.status != x.status || x.status < 300 && g.text != x.want {
				t.Errorf("range %s: %d %q", name, g.status, g.text)
			}
		}
	})
}

func TestBuckets_areSearchedByLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, t.TempDir())
		c.plain("like-a_b", "like-axb", "other")
		list := func(query string) []string {
			names := []string{}
			for _, b := range c.must("GET", "/bucket"+query, "").json.([]any) {
				names = append(names, b.(map[string]any)["id"].(string))
			}
			return names
		}
		for query, want := range map[string][]string{
			"?search=a_b":                          {"like-a_b"},
			"?search=%25":                          {},
			"?limit=1&offset=1":                    {"like-axb"},
			"?sortColumn=name&sortOrder=desc":      {"other", "like-axb", "like-a_b"},
			"?search=LIKE&limit=5&offset=9&x=none": {},
		} {
			if got := list(query); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", query, got, want)
			}
		}
	})
}
