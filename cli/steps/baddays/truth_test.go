package baddays_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
)

// truth is what really serves, asked of healthy vendors: the version of each service, "0" for nothing.
type truth struct {
	api, worker, bot, client, bucket string
	sessions                         int
}

func all(version string) truth {
	return truth{api: version, worker: version, bot: version, client: version, bucket: version}
}

// String names it for a failure.
func (t truth) String() string {
	return fmt.Sprintf("api %s, worker %s, bot %s, client %s, bucket %s, sessions %d", t.api, t.worker, t.bot, t.client, t.bucket, t.sessions)
}

func fetch(ctx context.Context, tr http.RoundTripper, url string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	resp, err := (&http.Client{Transport: tr}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// look finds out the truth.
func (w *world) look() truth {
	w.Helper()
	c, closeAll := w.dial()
	defer closeAll()
	return truth{
		api: w.atRailway(c, "api"), worker: w.atRailway(c, "worker"),
		client: w.atVercel(c), bot: w.atPipecat(c), bucket: w.atSupabase(c), sessions: w.sessions(c),
	}
}

// atRailway is the version that a service's process runs, as its page, its record and its processes say; they must agree.
func (w *world) atRailway(c clients, service string) string {
	w.Helper()
	live, err := c.railway.Live(w.Context(), service)
	switch {
	case provider.NotFound(err) || err == nil && live.ID == "":
		return "0"
	case err != nil:
		return err.Error()
	case live.State != provider.Live:
		return live.Raw
	}
	if live.Image != "" && live.Marker.Commit == "" {
		return live.Image[strings.LastIndex(live.Image, ":")+1:]
	}
	running := w.machine.running(service)
	if len(running) != 1 {
		return fmt.Sprintf("(processes of %v)", running)
	}
	if live.Marker.Commit != commitOf(int(running[0][0]-'0')) {
		return fmt.Sprintf("(%s runs, and %s is on record)", running[0], live.Marker.Commit)
	}
	if service != "api" {
		return running[0]
	}
	status, body := w.get(live.URL + "/health")
	var health struct{ Commit, Version string }
	if status != http.StatusOK || json.Unmarshal([]byte(body), &health) != nil {
		return fmt.Sprintf("(%d %.80s)", status, strings.TrimSpace(body))
	}
	if health.Version != running[0] || health.Commit != live.Marker.Commit {
		return fmt.Sprintf("(says %+v)", health)
	}
	return running[0]
}

// atVercel is the version that the domain shows, which must be that of the live deployment.
func (w *world) atVercel(c clients) string {
	w.Helper()
	live, err := c.vercel.Live(w.Context())
	if err != nil && !provider.NotFound(err) {
		return err.Error()
	}
	if live.ID == "" {
		return "0"
	}
	status, body := w.get("http://" + domain + "/")
	page, ok := strings.CutPrefix(body, "the client ")
	version, _, _ := strings.Cut(page, " ")
	if status != http.StatusOK || !ok {
		return fmt.Sprintf("(%d %.80s)", status, strings.TrimSpace(body))
	}
	if live.Marker.Commit != "" && live.Marker.Commit != commitOf(int(version[0]-'0')) {
		return fmt.Sprintf("(%s on the domain, and %s is on record)", version, live.Marker.Commit)
	}
	return version
}

// atPipecat is the version of the image, or of the context of the build, that serves.
func (w *world) atPipecat(c clients) string {
	w.Helper()
	live, err := c.pipecat.Live(w.Context())
	switch {
	case err != nil:
		return err.Error()
	case live.ID == "":
		return "0"
	case live.State != provider.Live:
		return live.Raw
	}
	cfg, _, err := c.pipecat.Agent(w.Context())
	if err != nil {
		return err.Error()
	}
	most := 0
	if cfg.MaxAgents != nil {
		most = *cfg.MaxAgents - 4
	}
	version := "?"
	if live.Image != "" {
		tag, ours := strings.CutPrefix(live.Image, "acme/bot:")
		if !ours {
			return live.Image
		}
		version = tag
	}
	for v := 1; v <= 2 && live.Image == ""; v++ {
		hash, _, err := w.pack(v, "services/bot")
		if err != nil {
			return err.Error()
		}
		from, err := pipecat.ReadContext(path.Join(w.dir, "archives", hash+".tar.gz"), "Dockerfile")
		if err != nil {
			return err.Error()
		}
		if b, err := c.pipecat.ReadBuild(w.Context(), live.Build); err == nil && from.Is(b.Hash) {
			version = fmt.Sprint(v)
		}
	}
	if version != fmt.Sprint(most) {
		return fmt.Sprintf("(%s with the scaling of %d)", version, most)
	}
	return version
}

func (w *world) atSupabase(c clients) string {
	w.Helper()
	b, found, err := c.supabase.Bucket(w.Context(), "books")
	switch {
	case err != nil:
		return err.Error()
	case !found:
		return "0"
	}
	return fmt.Sprint(b.MaxSize / (10 << 20))
}

func (w *world) sessions(c clients) int {
	w.Helper()
	list, err := c.pipecat.Sessions(w.Context(), pipecat.SessionFilter{Active: true})
	if err != nil && !provider.NotFound(err) {
		w.Fatal(err)
	}
	return len(list)
}

// twice lists what of version 2 was brought to a vendor more than once.
func (w *world) twice() []string {
	w.Helper()
	c, closeAll := w.dial()
	defer closeAll()
	var out []string
	for _, service := range []string{"api", "worker"} {
		list, err := c.railway.Deployments(w.Context(), service)
		if err != nil && !provider.NotFound(err) {
			w.Fatal(err)
		}
		n := 0
		for _, d := range list {
			if d.Marker.Commit == commitOf(2) || strings.HasSuffix(d.Image, ":2") && d.Marker.Commit == "" {
				n++
			}
		}
		if n > 1 {
			out = append(out, fmt.Sprintf("%d deployments of %s", n, service))
		}
	}
	found, err := c.vercel.Find(w.Context(), provider.Marker{Release: "run-2", Commit: commitOf(2)})
	if err == nil && len(found) > 1 {
		out = append(out, fmt.Sprintf("%d deployments of the client", len(found)))
	}
	return slices.Clone(out)
}
