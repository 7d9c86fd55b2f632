package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/notify"
	"readme/cli/provider/providertest"
	"readme/cli/release"
)

const canary = "T00canary"

func message() notify.Message {
	return notify.Message{
		Kind: notify.Failed, Title: "did not release <readme> & co", Lines: []string{"api: @channel <!here> said no"},
		Link: "https://ci.example/7?a=1&b=2", Next: "readme-ops show `x`",
	}
}

type got struct {
	Path, Authorization string
	JSON                map[string]any
}

// server keeps what it was sent and answers like this.
func server(t *testing.T, answer http.HandlerFunc) (address string, received chan got) {
	t.Helper()
	received = make(chan got, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		g := got{Path: r.Method + " " + r.URL.String(), Authorization: r.Header.Get("Authorization")}
		if err := json.Unmarshal(raw, &g.JSON); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		received <- g
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, received
}

func well(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }

func channel(name, address string) []notify.Channel {
	return []notify.Channel{{Name: name, Address: release.NewSecret(address)}}
}

func TestSend_speaksToSlack(t *testing.T) {
	t.Parallel()
	url, received := server(t, well)
	if errs := notify.Send(t.Context(), channel("slack", url+"/services/"+canary+"\n"), message()); len(errs) > 0 {
		t.Fatal(errs)
	}
	want := got{Path: "POST /services/" + canary, JSON: map[string]any{"text": "✘ *did not release &lt;readme&gt; &amp; co*\n" +
		"api: @\u200bchannel &lt;!here&gt; said no\nnext: `readme-ops show 'x'`\n<https://ci.example/7?a=1&amp;b=2|the CI run>"}}
	if diff := cmp.Diff(want, <-received); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSend_speaksToNtfy(t *testing.T) {
	t.Parallel()
	url, received := server(t, well)
	address := strings.Replace(url, "://", "://:tk_secret@", 1) + "/" + canary + "?cache=no"
	if errs := notify.Send(t.Context(), channel("ntfy", address), message()); len(errs) > 0 {
		t.Fatal(errs)
	}
	want := got{Path: "POST /?cache=no", Authorization: "Bearer tk_secret", JSON: map[string]any{
		"topic": canary, "title": "did not release <readme> & co", "message": "api: @channel <!here> said no\nnext: readme-ops show `x`",
		"tags": []any{"x"}, "priority": 4.0, "click": "https://ci.example/7?a=1&b=2",
	}}
	if diff := cmp.Diff(want, <-received); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	named := strings.Replace(url, "://", "://ada:pass@", 1) + "/" + canary
	notify.Send(t.Context(), channel("ntfy", named), message())
	if g := <-received; g.Authorization != "Basic YWRhOnBhc3M=" {
		t.Errorf("a name and a password became %q", g.Authorization)
	}
}

func TestSend_keepsLongMessagesShort(t *testing.T) {
	t.Parallel()
	url, received := server(t, well)
	m := message()
	for range 300 {
		m.Lines = append(m.Lines, strings.Repeat("<", 100))
	}
	for _, name := range []string{"slack", "ntfy"} {
		if errs := notify.Send(t.Context(), channel(name, url+"/"+canary), m); len(errs) > 0 {
			t.Fatal(errs)
		}
		raw := (<-received).JSON
		text, _ := raw["text"].(string)
		if name == "ntfy" {
			text, _ = raw["message"].(string)
		}
		if len(text) > 4000 || !strings.Contains(text, "more lines") || !strings.Contains(text, "next: ") {
			t.Errorf("%s got %d bytes, which end in %q", name, len(text), text[len(text)-100:])
		}
	}
}

// TestSend_hidesTheAddressWhateverGoesWrong lets every bad day quote the address.
func TestSend_hidesTheAddressWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other, _ := server(t, func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) })
	refused := httptest.NewServer(nil)
	refused.Close()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"an error": {func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "no such hook: "+r.URL.String(), http.StatusInternalServerError)
		}, "HTTP 500"},
		"a webhook is gone": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no_service", http.StatusNotFound) }, "no_service"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other+r.URL.String(), http.StatusTemporaryRedirect)
		}, "a redirect, which is not followed"},
		"a huge answer": {func(w http.ResponseWriter, r *http.Request) {
			for range 9 << 10 {
				if _, err := io.WriteString(w, strings.Repeat(canary[:8], 128)); err != nil {
					return
				}
			}
		}, "larger than 8 MiB"},
		"a cut": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			_ = conn.Close()
		}, "no answer from 127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []string{"slack", "ntfy"} {
				url, _ := server(t, c.answer)
				errs := notify.Send(t.Context(), channel(kind, url+"/services/B0secret/"+canary+"?auth=hush-hush"), message())
				if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want) || !strings.HasPrefix(errs[0].Error(), "tell "+kind+": ") {
					t.Fatalf("got %v, want one error with %q", errs, c.want)
				}
				for _, part := range []string{canary, "B0secret", "hush-hush", "services/"} {
					if strings.Contains(errs[0].Error(), part) {
						t.Errorf("%s shows in %v", part, errs)
					}
				}
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		t.Parallel()
		errs := notify.Send(t.Context(), channel("slack", refused.URL+"/"+canary), message())
		if len(errs) != 1 || strings.Contains(errs[0].Error(), canary) {
			t.Errorf("got %v", errs)
		}
	})
	t.Cleanup(func() {
		if n := elsewhere.Load(); n > 0 {
			t.Errorf("a redirect was followed %d times", n)
		}
	})
}

func TestSend_refusesWhatIsNoAddressWithoutShowingIt(t *testing.T) {
	t.Parallel()
	for _, address := range []string{canary, "ftp://" + canary + "/x", "http://%zz" + canary, "https:///" + canary, ""} {
		errs := notify.Send(t.Context(), channel("slack", address), message())
		if len(errs) != 1 || strings.Contains(errs[0].Error(), canary) {
			t.Errorf("%s: got %v", address, errs)
		}
	}
	if errs := notify.Send(t.Context(), channel("ntfy", "https://ntfy.example/"), message()); len(errs) != 1 || !strings.Contains(errs[0].Error(), "no topic") {
		t.Errorf("an address without a topic: got %v", errs)
	}
}

func TestSend_waitsTenSecondsInAllForChannelsThatHang(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var posts atomic.Int32
		hanging := providertest.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			posts.Add(1)
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}))
		channels := append(channel("slack", "http://slack.example/"+canary), channel("ntfy", "http://ntfy.example/"+canary)...)
		for i := range channels {
			channels[i].Transport = hanging
		}
		began := time.Now()
		errs := notify.Send(t.Context(), channels, message())
		if took := time.Since(began); took != notify.Patience {
			t.Errorf("it took %s", took)
		}
		if len(errs) != 2 || !strings.Contains(errs[0].Error(), "no answer within 10s") || strings.Contains(errs[0].Error(), canary) {
			t.Errorf("got %v", errs)
		}
		if posts.Load() != 2 {
			t.Errorf("%d posts, want one each", posts.Load())
		}
	})
}

func TestSend_endsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	url, _ := server(t, well)
	if errs := notify.Send(ctx, channel("slack", url), message()); len(errs) != 1 {
		t.Errorf("got %v", errs)
	}
}
