package baddays_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readme/cli/box/railway/railwaytest"
	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/release"
	"readme/cli/steps"
)

// outcome is how a release has ended.
type outcome struct {
	refused error // why there was no plan; then nothing else is set
	state   *release.State
	events  []release.Event
	took    time.Duration
}

// Write collects the events.
func (o *outcome) Write(batch []release.Event) error {
	o.events = append(o.events, batch...)
	return nil
}

func (o *outcome) exit() int {
	if o.refused != nil {
		return release.AsFault(o.refused).Exit
	}
	return o.state.Exit()
}

// text is all that a person is told.
func (o *outcome) text() string {
	if o.refused != nil {
		raw, _ := json.Marshal(release.AsFault(o.refused))
		return o.refused.Error() + string(raw)
	}
	raw, _ := json.Marshal(o.events)
	return string(raw)
}

// release plans and carries out a release of a version, by the real way: facts, plan, actions, engine. On is called once,
// at its moment: "" before the plan, "planned" after it, or the start of a step.
func (w *world) release(version int, at string, on func()) *outcome {
	w.Helper()
	o, begun := &outcome{}, time.Now()
	defer func() { o.took = time.Since(begun) }()
	if at == "" {
		on()
	}
	if err := os.WriteFile(filepath.Join(w.dir, "project", "services", "bot", "pcc-deploy.toml"), []byte(pccDeploy(w.kind, version)), 0o600); err != nil {
		w.Fatal(err)
	}
	rel, matrix := specOf(w.T, w.kind, version)
	c, closeAll := w.dial()
	defer closeAll()
	acts := w.connect(c, rel)
	p, err := w.plan(c, acts, steps.Question{
		Release: rel, Matrix: matrix, Env: rel.Environments[0], Box: true, Subject: w.subject(version),
		Outputs: map[string]map[string]string{"bot": {"start_url": startURL}},
	})
	if err != nil {
		o.refused = err
		return o
	}
	if at == "planned" {
		on()
	}
	actions, err := steps.Actions(acts, p)
	if err != nil {
		w.Fatal(err)
	}
	w.runs++
	var known []release.Secret
	for _, s := range secrets() {
		known = append(known, release.NewSecret(s))
	}
	o.state, err = engine.Run(w.Context(), p, actions, engine.Options{
		Run: fmt.Sprintf("run-%d", w.runs), Mask: release.NewMask(known...).Text, Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{trigger{o, at, on}},
	})
	if err != nil {
		w.Fatal(err)
	}
	return o
}

// plan asks the vendors for their targets first, as app does.
func (w *world) plan(c clients, acts *steps.World, q steps.Question) (release.Plan, error) {
	if _, err := c.railway.Target(w.Context()); err != nil {
		return release.Plan{}, steps.Unreachable("railway", err)
	}
	if _, err := c.vercel.Target(w.Context()); err != nil {
		return release.Plan{}, steps.Unreachable("vercel", err)
	}
	facts, err := steps.Read(w.Context(), acts, q)
	if err != nil {
		return release.Plan{}, err
	}
	return plan.Build(q.Release, q.Env, facts)
}

// trigger calls on when a step starts; "undo:" before its name means its undo.
type trigger struct {
	*outcome
	at string
	on func()
}

func (t trigger) Write(batch []release.Event) error {
	for _, e := range batch {
		s, ok := e.Body.(release.StepStarted)
		if name, undo := strings.CutPrefix(t.at, "undo:"); ok && e.Step == name && s.Undo == undo {
			t.on()
		}
	}
	return t.outcome.Write(batch)
}

// subject is the work tree at a version, clean and pushed.
func (w *world) subject(version int) steps.Subject {
	tree := func(version int, patterns []string) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", version, patterns))
		return hex.EncodeToString(sum[:])
	}
	return steps.Subject{
		Commit: release.Commit{SHA: commitOf(version)}, Repo: repo, Branch: "main",
		Tree: func(patterns []string) (string, error) { return tree(version, patterns), nil },
		TreeAt: func(commit string, patterns []string) (string, error) {
			for v := 1; v <= 2; v++ {
				if commit == commitOf(v) {
					return tree(v, patterns), nil
				}
			}
			return "", nil
		},
		Archive: func(root string) (string, int, error) { return w.pack(version, root) },
		Context: func(root string, _ []string) (string, int, error) { return w.pack(version, root) },
	}
}

// pack writes the archive of a folder, named by its hash.
func (w *world) pack(version int, root string) (string, int, error) {
	in := map[string]string{}
	for name, content := range files(version) {
		if rel, err := filepath.Rel(filepath.Join(".", root), name); err == nil && !strings.HasPrefix(rel, "..") {
			in["./"+rel] = content
		}
	}
	raw := railwaytest.Archive(in)
	sum := sha256.Sum256(raw)
	hash := hex.EncodeToString(sum[:])
	return hash, len(in), os.WriteFile(filepath.Join(w.dir, "archives", hash+".tar.gz"), raw, 0o600)
}

// get reads a page.
func (w *world) get(url string) (status int, body string) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	status, body, err := fetch(ctx, w.visitor, url)
	if err != nil {
		return 0, err.Error()
	}
	return status, body
}

// leftovers are what a release must not leave in its folder of archives.
func (w *world) leftovers() []string {
	found, _ := filepath.Glob(filepath.Join(w.dir, "archives", "*.files"))
	return slices.Clone(found)
}
