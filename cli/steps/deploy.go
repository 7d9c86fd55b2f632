package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
)

// deploy brings one service: it checks that the world is as the plan saw it, puts its intent on record, sends, waits
// until the vendor's own record says that it serves, and verifies that it is ours that serves.
type deploy struct{ w *World }

// deployed is what is on record of a deploy: what served before, and the new deployment once it has an id.
type deployed struct {
	Before provider.Deployment `json:"before"`
	ID     string              `json:"id,omitempty"`
	Staged bool                `json:"staged,omitempty"`
}

// Brought is the deployment that a run's step has made, "" if it made none. It may be gone again.
func Brought(s *release.StepState) string {
	if s == nil {
		return ""
	}
	for _, raw := range slices.Backward(s.Intents) {
		var rec deployed
		if json.Unmarshal(raw, &rec) == nil && rec.ID != "" {
			return rec.ID
		}
	}
	return s.Outputs["deployment"]
}

func (a deploy) Do(ctx context.Context, t *engine.Task) (release.StepDone, error) {
	var in plan.DeployInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	h := a.w.Hosts[in.Name]
	before, err := h.Live(ctx)
	if err != nil {
		return release.StepDone{}, cannotRead(in, err)
	}
	if now := "live=" + before.ID; now != t.Step.Precondition {
		return release.StepDone{}, a.w.overtaken(t.Step, now)
	}
	order := Order{DeployInputs: in, Marker: provider.Marker{Release: t.Run, Commit: in.Commit, Tree: in.Tree}, Say: t.Say, Doing: t.Doing}
	if in.Archive != "" {
		order.Archive = filepath.Join(a.w.Archives, in.Archive+".tar.gz")
	}
	rec := deployed{Before: before, Staged: in.Staged}
	if err := t.Intent("deploy "+in.Name+" to "+in.To, rec); err != nil {
		return release.StepDone{}, err
	}
	if err := a.make(ctx, t, h, order, rec); err != nil {
		return release.StepDone{}, err
	}
	if p, ok := h.(Preparer); ok {
		if err := p.Prepare(ctx, order); err != nil {
			return release.StepDone{}, refused(in, "its settings were refused", err)
		}
	}
	id, err := h.Deploy(ctx, order)
	if err != nil {
		return release.StepDone{}, refused(in, "the vendor did not take it", err)
	}
	rec.ID = id
	if err := t.Intent("wait for deployment "+id, rec); err != nil {
		return release.StepDone{}, err
	}
	return a.watch(ctx, t, h, in, rec)
}

// make brings what the plan says is missing at the vendor.
func (a deploy) make(ctx context.Context, t *engine.Task, h Host, o Order, rec deployed) error {
	m, ok := h.(Maker)
	if !ok || len(o.Make) == 0 {
		return nil
	}
	n := New{Order: o, Variables: map[string]release.Secret{}}
	for _, name := range o.Variables {
		n.Variables[name] = a.w.Values[name]
	}
	if err := t.Intent("make "+strings.Join(o.Make, ", "), rec); err != nil {
		return err
	}
	if err := m.Make(ctx, n); err != nil {
		return refused(o.DeployInputs, "what it needs there could not be made", err)
	}
	for _, what := range o.Make {
		t.Say("", "made "+what)
	}
	return nil
}

// watch follows the deployment to its end, and does not believe it before Live says the same.
func (a deploy) watch(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed) (release.StepDone, error) {
	tail := tailer{host: h, task: t, id: rec.ID}
	if in.Source == "build" { // its log was told while it was built
		tail.host = nil
	}
	d, err := a.w.wait(ctx, t, h, rec.ID, func(provider.Deployment) { tail.read(ctx) })
	if err != nil {
		return release.StepDone{}, cannotRead(in, err)
	}
	tail.read(ctx)
	switch d.State {
	case provider.Live, provider.Staged:
	case provider.Failed, provider.Superseded, provider.NeedsHuman, provider.Building:
		return release.StepDone{}, a.w.failedDeploy(ctx, h, in, d)
	}
	if d.State == provider.Live {
		if err := a.verify(ctx, h, in, &d); err != nil {
			return release.StepDone{}, err
		}
	}
	record, err := json.Marshal(rec)
	if err != nil {
		return release.StepDone{}, err
	}
	text := "live"
	if d.State == provider.Staged {
		text = "staged, not on the domain yet"
	}
	return release.StepDone{
		Text:    fmt.Sprintf("%s: %s", text, d.ID),
		Outputs: map[string]string{"url": d.URL, "commit": in.Commit, "deployment": d.ID},
		Record:  record,
	}, nil
}

// verify holds the vendor to its word: what serves must be the deployment that was just brought. Reads lag writes by
// seconds at some vendors, so it looks for up to half a minute.
func (a deploy) verify(ctx context.Context, h Host, in plan.DeployInputs, d *provider.Deployment) error {
	const lag = 30 * time.Second
	for began := time.Now(); ; {
		live, err := h.Live(ctx)
		if err == nil && live.ID == d.ID {
			d.URL = live.URL
			return nil
		}
		if time.Since(began) > lag {
			if err != nil {
				return cannotRead(in, err)
			}
			return &release.Fault{
				Title:    in.Name + " was deployed, but something else serves",
				Detail:   "the vendor reports the deployment as successful, and another one as active",
				Evidence: []release.Evidence{{Label: in.To, Lines: []string{"brought " + d.ID, "serves  " + live.ID}}},
				Try:      "readme-ops status",
			}
		}
		if err := sleep(ctx, a.w.Poll); err != nil {
			return err
		}
	}
}

// Undo puts back what served before. What was made at the vendor for it stays.
func (a deploy) Undo(ctx context.Context, t *engine.Task, was engine.Was) (release.StepDone, error) {
	var in plan.DeployInputs
	if err := json.Unmarshal(t.Step.Inputs, &in); err != nil {
		return release.StepDone{}, err
	}
	done, err := a.undo(ctx, t, in, was)
	if err == nil && len(in.Make) > 0 && done.Kept == "" {
		done.Kept = fmt.Sprintf("%s of %s stays at %s", strings.Join(in.Make, ", "), in.Name, in.To)
	}
	return done, err
}

func (a deploy) undo(ctx context.Context, t *engine.Task, in plan.DeployInputs, was engine.Was) (release.StepDone, error) {
	var rec deployed
	for _, raw := range was.Intents {
		if err := json.Unmarshal(raw, &rec); err != nil {
			return release.StepDone{}, err
		}
	}
	h := a.w.Hosts[in.Name]
	if err := a.stop(ctx, t, h, rec); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	if rec.Staged {
		return release.StepDone{Text: "the staged deployment was not promoted; what was live stays live"}, nil
	}
	live, err := h.Live(ctx)
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	switch {
	case live.ID == rec.Before.ID && live.ID != "":
		return release.StepDone{Text: live.ID + " was live before and still is"}, a.settingsBack(ctx, h, in, rec)
	case live.ID == "" && rec.Before.ID == "":
		return release.StepDone{Text: "nothing is live, as before"}, nil
	case isBack(rec, live):
		return release.StepDone{Text: "back to " + before(rec)}, a.settingsBack(ctx, h, in, rec)
	case strangers(rec, live, t.Run):
		return release.StepDone{}, notPutBack(in, rec, errStrangers(live))
	case rec.Before.ID == "":
		return a.remove(ctx, t, h, in, rec, live)
	}
	return a.restore(ctx, t, h, in, rec)
}

// strangers reports whether what serves was brought by somebody else after us. It is not ours to take away.
func strangers(rec deployed, live provider.Deployment, run string) bool {
	if rec.ID == "" { // ours has no id that we know: it bears our marker, or none where the vendor keeps none
		return live.Marker.Release != "" && live.Marker.Release != run
	}
	return live.ID != "" && live.ID != rec.ID && live.Marker.Release != run
}

// isBack reports whether what serves is a copy of what served before: a rollback that was cut off has got that far.
func isBack(rec deployed, live provider.Deployment) bool {
	if live.ID == "" || live.ID == rec.ID || live.State != provider.Live {
		return false
	}
	was := rec.Before
	if was.Marker != (provider.Marker{}) {
		return live.Marker == was.Marker
	}
	return (was.Image != "" || was.Build != "") && live.Image == was.Image && live.Build == was.Build
}

func errStrangers(live provider.Deployment) error {
	return fmt.Errorf("%s serves, which somebody else has brought in the meantime; it was left alone", live.ID)
}

// stop ends a deployment that is still on its way, so that it does not go live after it was put back.
func (a deploy) stop(ctx context.Context, t *engine.Task, h Host, rec deployed) error {
	if rec.ID == "" {
		return nil
	}
	d, err := h.Deployment(ctx, rec.ID)
	if provider.NotFound(err) { // the undo of a promote has taken it away
		return nil
	}
	if err != nil || d.State.Over() {
		return err
	}
	remover, ok := h.(Remover)
	if !ok {
		return nil
	}
	if err := t.Intent("cancel deployment "+rec.ID, rec); err != nil {
		return err
	}
	return remover.Remove(ctx, rec.ID)
}

// settingsBack lets a vendor that keeps settings beside deployments have the old commit's again.
func (a deploy) settingsBack(ctx context.Context, h Host, in plan.DeployInputs, rec deployed) error {
	p, ok := h.(interface {
		Unprepare(ctx context.Context, before provider.Deployment) error
	})
	if !ok {
		return nil
	}
	if err := p.Unprepare(ctx, rec.Before); err != nil {
		return notPutBack(in, rec, err)
	}
	return nil
}

func (a deploy) remove(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed, live provider.Deployment) (release.StepDone, error) {
	remover, ok := h.(Remover)
	if !ok {
		return release.StepDone{
			Text: "nothing was live before",
			Kept: fmt.Sprintf("%s stays at %s: it is the first one, and there is nothing to go back to", in.Name, in.To),
		}, nil
	}
	if err := t.Intent("remove deployment "+live.ID, rec); err != nil {
		return release.StepDone{}, err
	}
	if err := remover.Remove(ctx, live.ID); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	for began := time.Now(); ; {
		now, err := h.Live(ctx)
		if err == nil && now.ID != live.ID {
			return release.StepDone{Text: "removed, nothing was live before"}, nil
		}
		if time.Since(began) > time.Minute {
			return release.StepDone{}, notPutBack(in, rec, fmt.Errorf("%s still serves a minute after it was removed", live.ID))
		}
		if err := sleep(ctx, a.w.Poll); err != nil {
			return release.StepDone{}, err
		}
	}
}

func (a deploy) restore(ctx context.Context, t *engine.Task, h Host, in plan.DeployInputs, rec deployed) (release.StepDone, error) {
	restorer, ok := h.(Restorer)
	if !ok {
		return release.StepDone{}, notPutBack(in, rec, fmt.Errorf("%s has no way back to an earlier deployment", in.To))
	}
	if err := t.Intent("go back to "+rec.Before.ID, rec); err != nil {
		return release.StepDone{}, err
	}
	id, err := restorer.Restore(ctx, rec.Before, provider.Marker{Release: t.Run, Commit: rec.Before.Marker.Commit, Tree: rec.Before.Marker.Tree})
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	d, err := a.w.wait(ctx, t, h, id, func(provider.Deployment) {})
	if err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	if d.State != provider.Live {
		return release.StepDone{}, notPutBack(in, rec, fmt.Errorf("the way back ended as %s: %s", d.Raw, d.Why))
	}
	if err := a.verify(ctx, h, in, &d); err != nil {
		return release.StepDone{}, notPutBack(in, rec, err)
	}
	return release.StepDone{Text: "back to " + before(rec)}, nil
}

func before(rec deployed) string {
	if rec.Before.Image != "" {
		return rec.Before.Image
	}
	if rec.Before.Build != "" {
		return "build " + rec.Before.Build
	}
	if c := rec.Before.Marker.Commit; c != "" {
		return rec.Before.ID + " (" + release.Commit{SHA: c}.Short() + ")"
	}
	return rec.Before.ID
}

// tailer tells a deployment's build log as it grows. Its failures are nobody's concern: the verdict never comes from a log.
type tailer struct {
	host Host
	task *engine.Task
	id   string
	told int              // how many lines
	last provider.LogLine // of them
}

func (l *tailer) read(ctx context.Context) {
	logs, ok := l.host.(Logs)
	if !ok {
		return
	}
	lines, err := logs.BuildLogs(ctx, l.id)
	if err != nil || len(lines) == 0 {
		return
	}
	for _, line := range lines[l.from(lines):] {
		l.task.Say("build", line.Text)
	}
	l.told, l.last = len(lines), lines[len(lines)-1]
}

// from is where the lines begin that were not told yet. Vendors give the last few hundred, so of a long build they
// begin somewhere in the middle.
func (l *tailer) from(lines []provider.LogLine) int {
	told := func(line provider.LogLine) bool { return line.At.Equal(l.last.At) && line.Text == l.last.Text }
	if l.told == 0 || l.told <= len(lines) && told(lines[l.told-1]) {
		return l.told
	}
	for i, line := range slices.Backward(lines) {
		if told(line) {
			return i + 1
		}
	}
	return 0
}

// lastLines gives the evidence of a failed deployment: the end of its build's log and of its own.
func lastLines(ctx context.Context, h Host, id string) []release.Evidence {
	const most = 12
	logs, ok := h.(Logs)
	if !ok {
		return nil
	}
	var out []release.Evidence
	add := func(label string, lines []provider.LogLine, err error) {
		if err != nil || len(lines) == 0 {
			return
		}
		e := release.Evidence{Label: label}
		for _, l := range telling(lines, most) {
			e.Lines = append(e.Lines, strings.TrimRight(l.Text, "\n"))
		}
		out = append(out, e)
	}
	lines, err := logs.BuildLogs(ctx, id)
	add("the last lines of its build", lines, err)
	lines, err = logs.Logs(ctx, id, time.Time{}, "")
	add("the last lines that it logged", lines, err)
	return out
}

// telling picks the lines that say why: the last ones, or those from where a panic begins, whose cause stands first.
func telling(lines []provider.LogLine, most int) []provider.LogLine {
	for i, l := range slices.Backward(lines) {
		if strings.HasPrefix(l.Text, "panic: ") || strings.HasPrefix(l.Text, "fatal error: ") {
			lines = lines[i:]
			return lines[:min(most, len(lines))]
		}
	}
	return lines[max(0, len(lines)-most):]
}
