package railway_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironmentLogs_readAllServicesAroundAnAnchor(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		for _, s := range []string{"api", "worker"} {
			w.configure(s, map[string]any{"startCommand": "quiet"})
			w.deploy(s, "one")
		}
		begun := time.Now()
		for i, text := range []string{"one", "two", "three", "four"} {
			time.Sleep(time.Second)
			w.host.Runs()[i%2].Say("stdout", `{"msg":"book `+text+`"}`)
		}
		read := func(vars map[string]any) []string {
			vars["e"] = w.ids["environment"]
			data := w.must(`query($e: String!, $f: String, $before: String, $anchor: String, $after: String, $n: Int, $m: Int) {
				environmentLogs(environmentId: $e, filter: $f, beforeDate: $before, anchorDate: $anchor, afterDate: $after, beforeLimit: $n, afterLimit: $m) { message tags { serviceId } } }`, vars)
			list := []string{}
			for _, l := range data["environmentLogs"].([]any) {
				list = append(list, l.(map[string]any)["message"].(string))
			}
			return list
		}
		at := func(seconds int) string {
			return begun.Add(time.Duration(seconds)*time.Second + time.Millisecond).Format(time.RFC3339Nano)
		}
		for name, c := range map[string]struct {
			vars map[string]any
			want []string
		}{
			"the last ones":            {map[string]any{"f": `"book"`, "n": 3}, []string{"book two", "book three", "book four"}},
			"of one service":           {map[string]any{"f": "@service:" + w.ids["worker"] + ` AND "book"`}, []string{"book two", "book four"}},
			"a closed range":           {map[string]any{"f": "book", "before": at(1), "anchor": at(3), "after": at(3), "n": 100, "m": 0}, []string{"book two", "book three"}},
			"around an anchor":         {map[string]any{"f": "book", "anchor": at(2), "n": 1, "m": 1}, []string{"book two", "book three"}},
			"a colon without quotes":   {map[string]any{"f": "book: one"}, []string{}},
			"of nobody":                {map[string]any{"f": "@service:nobody"}, []string{}},
			"of one replica, excluded": {map[string]any{"f": "book -@service:" + w.ids["api"]}, []string{"book two", "book four"}},
		} {
			if diff := cmp.Diff(c.want, read(c.vars)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

func TestHttpLogs_tellWhatCameThroughTheEdge(t *testing.T) {
	bubble(t, func(w *world) {
		t := w.t
		w.configure("api", map[string]any{"startCommand": "serve"})
		id := w.deploy("api", "one")
		w.get("http://127.0.0.1:8000/books")
		w.get("http://127.0.0.1:8000/health")
		data := w.must(`query($id: String!) { httpLogs(deploymentId: $id, filter: "@path:/books AND @httpStatus:200..299") { method path httpStatus txBytes upstreamErrors } }`, map[string]any{"id": id})
		want := []any{map[string]any{"method": "GET", "path": "/books", "httpStatus": 200.0, "txBytes": 4.0, "upstreamErrors": ""}}
		if diff := cmp.Diff(want, data["httpLogs"]); diff != "" {
			t.Error(diff)
		}
	})
}
