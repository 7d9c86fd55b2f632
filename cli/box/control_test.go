package box_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"readme/cli/box"
	"readme/cli/box/fault"
)

// on lists what is switched on, as "vendor name".
func on(t *testing.T, info box.Info) []string {
	t.Helper()
	all, err := info.Switches(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Errorf("the box plays %d faults", len(all))
	}
	var out []string
	for _, s := range all {
		if s.Kind.About == "" {
			t.Errorf("%s %s says nothing of itself", s.Vendor, s.Kind.Name)
		}
		for _, f := range s.On {
			if f.Name != s.Kind.Name {
				t.Errorf("%s is told as %s", f.Name, s.Kind.Name)
			}
			out = append(out, s.Vendor+" "+f.Name)
		}
	}
	return out
}

func TestControl_switchesFaultsOfARunningBox(t *testing.T) {
	project := t.TempDir()
	open(t, config(t, project, func(string) {}))
	info, up := box.Running(project)
	if !up {
		t.Fatal("it cannot be joined")
	}
	if got := on(t, info); len(got) != 0 {
		t.Errorf("on from the start: %q", got)
	}
	if at := status(t, info.Railway+"/"); at == http.StatusServiceUnavailable {
		t.Fatalf("before: %d", at)
	}
	for _, vendor := range []string{"railway", "vercel"} {
		if err := info.SetFault(t.Context(), vendor, fault.Fault{Name: fault.Unavailable}); err != nil {
			t.Fatal(err)
		}
	}
	if err := info.SetFault(t.Context(), "supabase", fault.Fault{Name: fault.Hangs, Times: 3, For: time.Second}); err != nil {
		t.Fatal(err)
	}
	if got, want := on(t, info), []string{"railway unavailable", "supabase hangs", "vercel unavailable"}; !slices.Equal(got, want) {
		t.Errorf("on: %q, want %q", got, want)
	}
	if at := status(t, info.Railway+"/"); at != http.StatusServiceUnavailable {
		t.Errorf("with the fault: %d", at)
	}
	clears := func(vendor, name string, want ...string) {
		t.Helper()
		if err := info.ClearFault(t.Context(), vendor, name); err != nil {
			t.Error(err)
		}
		if got := on(t, info); !slices.Equal(got, want) {
			t.Errorf("on: %q, want %q", got, want)
		}
	}
	clears("supabase", fault.Unavailable, "railway unavailable", "supabase hangs", "vercel unavailable")
	clears("all", fault.Unavailable, "supabase hangs")
	clears("supabase", "all")
	_ = info.SetFault(t.Context(), "railway", fault.Fault{Name: fault.Unavailable})
	_ = info.SetFault(t.Context(), "pipecat", fault.Fault{Name: fault.Unavailable})
	clears("all", "all")
	for what, err := range map[string]error{
		"an unknown fault":  info.SetFault(t.Context(), "railway", fault.Fault{Name: "no-such"}),
		"an unknown vendor": info.SetFault(t.Context(), "all", fault.Fault{Name: fault.Hangs}),
		"more than a fault": info.SetFault(t.Context(), "railway", fault.Fault{Name: fault.Hangs, Only: strings.Repeat("x", 1<<17)}),
		"a number below 0":  info.SetFault(t.Context(), "railway", fault.Fault{Name: fault.Hangs, Times: -1}),
	} {
		if err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	if got := on(t, info); len(got) != 0 {
		t.Errorf("what was refused is on: %q", got)
	}
}

// A page in a browser reaches every port of this machine. It does not know the key, and gets no leave to send it.
func TestControl_opensToNobodyWithoutTheKey(t *testing.T) {
	b := open(t, config(t, t.TempDir(), func(string) {}))
	info := b.Info()
	if !strings.HasPrefix(info.Control, "http://127.0.0.1:") {
		t.Errorf("others than this machine reach it: %s", info.Control)
	}
	key := info.ControlKey.Reveal()
	for name, c := range map[string]struct{ method, path, authorization string }{
		"no key":                             {"GET", "/faults", ""},
		"another key":                        {"GET", "/env/dev", "Bearer " + info.RailwayToken.Reveal()},
		"a part of the key":                  {"GET", "/env/dev", "Bearer " + key[:len(key)-1]},
		"a key in its query":                 {"POST", "/faults/railway?key=" + key, ""},
		"a browser that asks whether it may": {"OPTIONS", "/faults/railway", ""},
		"a path that is not there":           {"GET", "/", ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, info.Control+c.path, strings.NewReader(`{"name":"hangs"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "attacker.example"
		req.Header.Set("Origin", "http://attacker.example")
		if c.authorization != "" {
			req.Header.Set("Authorization", c.authorization)
		}
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d, %v", name, resp.StatusCode, resp.Header)
		}
	}
	if got := on(t, info); len(got) != 0 {
		t.Errorf("on: %q", got)
	}
}
