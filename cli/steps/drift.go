package steps

import (
	"context"
	"slices"
	"strings"
	"sync"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// Drift is one thing that is not as the commit that is live, and the run that brought it, say.
type Drift struct {
	Where    string // a service, "bucket NAME", "database"
	What     string // "variable DATABASE_URL", "start", "table public.notes"; with Where it names the thing for good
	Expected string
	Found    string
	Try      string // what puts it right, if one command does
}

// Key names the thing, whatever is found of it.
func (d Drift) Key() string { return d.Where + "/" + d.What }

// Drifted is all that was found, in the order of release.yaml.
type Drifted struct {
	Found  []Drift
	Unread release.Faults // what could not be looked at
	Notes  []string       // what is no drift, and gets in the way of a release
}

// ReadDrift holds what is live against the release.yaml, envmatrix.yaml and pcc-deploy.toml of the commit that is live (q and
// w.Dir), against the run that brought it, and the migrations against those of here, the work tree: a migration that was
// applied must stay as it is whatever is released. It changes nothing.
func ReadDrift(ctx context.Context, w *World, q Question, h *History, here string) Drifted {
	looks := make([]func() ([]Drift, error), 0, len(q.Release.Deploy))
	notes, kept := make([][]string, len(q.Release.Deploy)), make([]env.Kept, len(q.Release.Deploy))
	for i, d := range q.Release.Deploy {
		if q.Without[d.Name] != "" {
			continue
		}
		looks = append(looks, func() ([]Drift, error) { return w.deploymentDrift(ctx, q, h, d) })
		looks = append(looks, func() (found []Drift, err error) {
			found, notes[i], err = w.needsDrift(ctx, d)
			return found, err
		})
		looks = append(looks, func() (found []Drift, err error) {
			kept[i], err = w.readKept(ctx, q, d)
			return nil, err
		})
	}
	if q.Release.Bucket != nil {
		looks = append(looks, func() ([]Drift, error) { return w.bucketDrift(ctx, q) })
	}
	if q.Release.Migrations.Dir != "" {
		looks = append(looks, func() ([]Drift, error) { return w.tableDrift(ctx) })
		looks = append(looks, func() ([]Drift, error) { return w.migrationDrift(ctx, q, here) })
	}
	out := gatherDrift(looks)
	out.Found = w.withVariables(q, out.Found, kept)
	for _, n := range slices.Concat(notes...) {
		if !slices.Contains(out.Notes, n) {
			out.Notes = append(out.Notes, n)
		}
	}
	return out
}

func gatherDrift(looks []func() ([]Drift, error)) Drifted {
	found, errs := make([][]Drift, len(looks)), make([]error, len(looks))
	var wg sync.WaitGroup
	for i, look := range looks {
		wg.Go(func() { found[i], errs[i] = look() })
	}
	wg.Wait()
	out := Drifted{Found: slices.Concat(found...)}
	for _, err := range errs {
		if err == nil {
			continue
		}
		f := provider.AsFault(err)
		if !slices.ContainsFunc(out.Unread, func(o *release.Fault) bool { return o.Title == f.Title }) { // one database that is away is told once
			out.Unread = append(out.Unread, f)
		}
	}
	return out
}

// deploymentDrift finds a deployment that the last release did not leave, and one that does not serve.
func (w *World) deploymentDrift(ctx context.Context, q Question, h *History, d spec.Deploy) ([]Drift, error) {
	live, err := w.Hosts[d.Name].Live(ctx)
	if err != nil {
		return nil, cannotRead(plan.DeployInputs{Name: d.Name, To: d.To}, err)
	}
	out := Drift{Where: d.Name, What: "deployment", Found: h.words(live), Try: "readme-ops plan" + w.flag()}
	run := h.Last()
	if run == nil { // nothing is on record here: only an upload could bear our mark
		stranger := live.ID != "" && live.Marker.Release == "" && SourceOf(d, q.Env) == "upload"
		if out.Expected = "one that readme-ops has brought"; stranger {
			return []Drift{out}, nil
		}
		return ill(d, live, out), nil
	}
	was := h.Left(run)[d.Name]
	if h.Same(was.Deployment, live) || was.ID == "" && live.ID == "" {
		return ill(d, live, out), nil
	}
	if out.Expected = "nothing"; was.ID != "" {
		out.Expected = was.ID + ", as run " + run.Run + " left it"
	}
	return []Drift{out}, nil
}

func ill(d spec.Deploy, live provider.Deployment, as Drift) []Drift {
	if live.ID == "" || live.State == provider.Live {
		return nil
	}
	as.What, as.Expected, as.Found = "state", "it serves", said(live)+" ("+live.ID+")"
	as.Try = "readme-ops logs " + d.Name
	return []Drift{as}
}

// Last is the last release, or rollback, that ended well; nil if there is none.
func (h *History) Last() *release.State {
	for _, r := range h.runs {
		if r.Verdict() == release.Released {
			return r
		}
	}
	return nil
}

// words say of a deployment who has brought it.
func (h *History) words(d provider.Deployment) string {
	if d.ID == "" {
		return "nothing"
	}
	for _, r := range h.runs {
		for _, st := range r.Steps {
			if (st.Step.Kind == release.KindDeploy || st.Step.Kind == release.KindRestore) && Brought(st) == d.ID {
				return d.ID + ", of run " + r.Run + ", which ended as " + string(r.Verdict())
			}
		}
	}
	text := d.ID + ", by somebody else"
	if !d.Created.IsZero() {
		text += " at " + d.Created.UTC().Format("2006-01-02 15:04 UTC")
	}
	if c := d.Marker.Commit; c != "" {
		text += ", commit " + release.Commit{SHA: strings.TrimSpace(c)}.Short()
	}
	return text
}
