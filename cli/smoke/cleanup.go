package smoke

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// RunCleanup sends the request that removes what a check has made. An answer of 2xx or 404 is fine: gone is gone.
func RunCleanup(ctx context.Context, h HTTP, env Env) error {
	c := Check{Name: "cleanup", HTTP: &h}
	m := newMasker(env.Secrets)
	k, err := newHTTPCheck(c, env)
	if err != nil {
		return m.fault(unbuilt(c, env, err))
	}
	result, last, err := repeat(ctx, &cleanup{k}, defaultWithin, m, env)
	if err != nil || last.ok {
		return err
	}
	return m.fault(failed(ctx, c, env, k, result, last))
}

// cleanup is an httpCheck that takes a 404 for a pass.
type cleanup struct{ *httpCheck }

func (k *cleanup) attempt(ctx context.Context) outcome {
	o := k.httpCheck.attempt(ctx)
	switch {
	case o.answer == nil:
	case o.answer.status == http.StatusNotFound:
		o.ok, o.misses = true, nil
	case o.ok && o.answer.status >= 300:
		o.ok, o.misses = false, []miss{{"status", "2xx or 404", value(json.Number(strconv.Itoa(o.answer.status)))}}
	}
	return o
}

// CleanupRequest is the check's cleanup with those references resolved that lookup knows; the others stay references.
// With a lookup of captures it holds no secret and may be put on record until RunCleanup sends it. A cleanup without
// headers of its own takes those of the check. ok is false if the check has no cleanup.
func (c Check) CleanupRequest(lookup func(name string) (string, bool)) (h HTTP, ok bool, err error) {
	if c.Cleanup == nil {
		return HTTP{}, false, nil
	}
	h = *c.Cleanup
	if h.Headers == nil && c.HTTP != nil {
		h.Headers = c.HTTP.Headers
	}
	// What lookup gives is data: a reference in a foreign answer must not be resolved later.
	partly := func(name string) (string, bool) { //nolint:unparam // the shape that Expand asks for
		if v, ok := lookup(name); ok {
			return strings.ReplaceAll(v, "${", "$${"), true
		}
		return "${" + name + "}", true
	}
	var errs []error
	expand := func(text string) string {
		out, err := Expand(text, partly)
		errs = append(errs, err)
		return out
	}
	h.URL = expand(h.URL)
	headers := make(map[string]string, len(h.Headers))
	for name, v := range h.Headers {
		headers[name] = expand(v)
	}
	h.Headers = headers
	fields := make([]Field, len(h.Form))
	for i, f := range h.Form {
		fields[i] = Field{Name: f.Name, Value: expand(f.Value)}
	}
	h.Form = fields
	if h.JSON != nil {
		h.JSON = expandAll(h.JSON, expand)
	}
	return h, true, errors.Join(errs...)
}
