package railway

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Manifest is what a deployment was really built and is run with, as it says itself: the only evidence of that, since
// the service's settings are those of the next one. The zero value is one that says nothing.
type Manifest struct{ fields map[string]json.RawMessage }

// Manifest reads a deployment's.
func (c *Client) Manifest(ctx context.Context, deployment string) (Manifest, error) {
	d, err := c.readDeployment(ctx, deployment)
	return d.manifest(), err
}

func (d wireDeployment) manifest() Manifest {
	var m struct {
		Build  map[string]json.RawMessage `json:"build"`
		Deploy map[string]json.RawMessage `json:"deploy"`
	}
	if json.Unmarshal(d.Meta["serviceManifest"], &m) != nil {
		return Manifest{}
	}
	fields := map[string]json.RawMessage{}
	for key, v := range m.Build {
		fields["build."+key] = v
	}
	for key, v := range m.Deploy {
		fields["deploy."+key] = v
	}
	return Manifest{fields}
}

// Matches reports whether the deployment runs with what is wanted. Known is false if it does not say so of everything
// that is wanted; same then speaks of what it does say.
func (m Manifest) Matches(want Settings) (same, known bool) {
	differ, known := m.compare(want)
	return len(differ) == 0, known
}

// Differences says in a line each what the deployment runs with instead of what is wanted.
func (m Manifest) Differences(want Settings) []string {
	differ, _ := m.compare(want)
	return differ
}

func (m Manifest) compare(want Settings) (differ []string, known bool) {
	known = len(m.fields) > 0
	for _, f := range []struct{ what, key, want string }{
		{"build", "build.buildCommand", want.Build},
		{"start", "deploy.startCommand", want.Start},
		{"health", "deploy.healthcheckPath", want.Health},
	} {
		has, told := m.text(f.key)
		switch {
		case !told:
			known = known && f.want == ""
		case plain(has) != plain(f.want):
			differ = append(differ, fmt.Sprintf("%s: it runs with %q, wanted is %q", f.what, has, f.want))
		}
	}
	for _, f := range []struct {
		what, key string
		want      time.Duration
	}{
		{"health_timeout", "deploy.healthcheckTimeout", want.HealthTimeout},
		{"draining", "deploy.drainingSeconds", want.Drain},
	} {
		// What it says nothing about is Railway's own default, or a form that we do not know.
		var seconds float64
		if f.want == 0 || json.Unmarshal(m.fields[f.key], &seconds) != nil || seconds == 0 {
			continue
		}
		if has := time.Duration(seconds * float64(time.Second)); has != f.want {
			differ = append(differ, fmt.Sprintf("%s: it runs with %s, wanted is %s", f.what, has, f.want))
		}
	}
	return differ, known
}

// text reads a field that Railway gives as a text, as a list of words, or as null for none.
func (m Manifest) text(key string) (value string, told bool) {
	raw, ok := m.fields[key]
	if !ok {
		return "", false
	}
	if json.Unmarshal(raw, &value) == nil {
		return value, true
	}
	var words []string
	if json.Unmarshal(raw, &words) != nil {
		return "", false
	}
	return strings.Join(words, " "), true
}

// plain leaves out what a vendor may write in another way: space, quotes, and the slash at the end of a path.
func plain(s string) string {
	s = strings.Join(strings.Fields(strings.NewReplacer(`"`, "", "'", "", `\`, "").Replace(s)), " ")
	return strings.TrimSuffix(s, "/")
}
