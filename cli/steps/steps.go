// Package steps holds what a release does: one file for each kind of step, with do and undo, and facts.go, which
// reads the world before the plan. It says which powers of a vendor it needs, in the interfaces here.
package steps

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"readme/cli/engine"
	"readme/cli/env"
	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/smoke"
)

// Host is one service at the vendor that runs it. What else a vendor can do is asked by type assertion, before the
// plan promises it.
type Host interface {
	// Live is what serves now; the zero Deployment if nothing does.
	Live(ctx context.Context) (provider.Deployment, error)
	// Deploy sends the service and returns the new deployment's id as soon as the vendor has accepted it. After an
	// ambiguous failure it looks for the deployment by its marker before it gives up, and never sends twice.
	Deploy(ctx context.Context, o Order) (id string, err error)
	// Deployment reads one deployment.
	Deployment(ctx context.Context, id string) (provider.Deployment, error)
}

// Order is one deploy: the plan's inputs, and where the files lie.
type Order struct {
	plan.DeployInputs
	Marker  provider.Marker
	Archive string // path of the tar.gz, "" for images and commits

	Say   func(from, text string) // hears lines while Deploy is at work; may be nil
	Doing func(what string)       // hears what it is at; may be nil
}

func (o Order) say(from, text string) {
	if o.Say != nil {
		o.Say(from, text)
	}
}

func (o Order) doing(what string) {
	if o.Doing != nil {
		o.Doing(what)
	}
}

// Request is what the order asks of a vendor's client.
func (o Order) Request() provider.Request {
	r := provider.Request{Service: o.Service, Marker: o.Marker, Archive: o.Archive}
	switch o.Source {
	case "commit":
		r.Commit = provider.Commit{Repo: o.Repo, SHA: o.Commit, Branch: o.Branch}
	case "image":
		r.Image = o.Image
	}
	return r
}

// Preparer brings a service's settings in line before a deploy, without changing what runs.
type Preparer interface {
	Prepare(ctx context.Context, o Order) error
}

// Maker makes what a service needs at its vendor and does not have yet. What it has made stays, also after a rollback.
type Maker interface {
	// Missing names what does not exist yet, in the words of the plan: "service api", "public domain". Nil: all is there.
	Missing(ctx context.Context) ([]string, error)
	// Make makes what is missing, and sets the variables. It may be repeated.
	Make(ctx context.Context, n New) error
}

// New is what a service that is made for the first time is given.
type New struct {
	Order     Order
	Variables map[string]release.Secret // those of the matrix that have a value here
	Plain     map[string]bool           // names of Variables that are no secret: the vendor may show them again
}

// Sourcer says why a vendor cannot fetch a commit of this repository by itself; "" if it can. What it cannot fetch is
// uploaded.
type Sourcer interface {
	Source(ctx context.Context, repo string) (why string, err error)
}

// Warner says what would get in the way of a release, such as deploys that the vendor starts by itself on a push.
// Each warning is one line that ends with how to turn it off.
type Warner interface {
	Warnings(ctx context.Context) ([]string, error)
}

// Examiner looks at its side of the world for doctor: the token, what it may do, the targets. It changes nothing, and
// what it could not find out is a finding too.
type Examiner interface {
	Examine(ctx context.Context) []provider.Finding
}

// Restorer goes back to an earlier deployment. It returns the id to watch, which may be a new one.
type Restorer interface {
	Restore(ctx context.Context, to provider.Deployment, m provider.Marker) (id string, err error)
}

// Remover takes a deployment away, or cancels it where it is still on its way.
type Remover interface {
	Remove(ctx context.Context, id string) error
}

// Promoter puts a staged deployment on the domain and verifies by the domain that it is there. Domain is its URL.
type Promoter interface {
	Promote(ctx context.Context, id string) error
	Domain(ctx context.Context) (string, error)
}

// Quieter waits until nothing is on its way any more that could put this deployment on the domain: a promote whose
// answer never came must not land after everything was put back. Lag is how long a read may be late.
type Quieter interface {
	Quiet(ctx context.Context, id string, lag time.Duration) error
}

// Remarker says what a vendor does differently since its domain was moved, and nobody would expect; "" for nothing.
type Remarker interface {
	Remark(ctx context.Context) (string, error)
}

// Logs reads what a deployment has written while it was built and while it ran, oldest first.
type Logs interface {
	BuildLogs(ctx context.Context, id string) ([]provider.LogLine, error)
	Logs(ctx context.Context, id string, since time.Time, contains string) ([]provider.LogLine, error)
}

// Variables reads the variables that the next deployment of a service will get, sorted by name. None of a service that does not
// exist yet.
type Variables interface {
	Variables(ctx context.Context) ([]provider.Variable, error)
}

// VariableSetter writes variables of a service in one go and leaves all others alone. It starts no deployment, and has read back
// that they are there: with their value where it can be read. A *provider.UnmovedError says that nobody can know of some that cannot.
// Writing one twice does no harm.
type VariableSetter interface {
	SetVariables(ctx context.Context, vars []provider.NewVariable) error
}

// Outdated names the variables that were written after what is live was built with them, or that it runs without: the next
// deployment gets other values. Nil where there are none, or the vendor does not let us know.
type Outdated interface {
	Outdated(ctx context.Context, live provider.Deployment) ([]string, error)
}

// Sessions looks a bot's session up and always stops it. It fails if another deployment than want served it, or if
// the bot raised an exception. Without an id it is the only session that began after since.
type Sessions interface {
	Session(ctx context.Context, id, want string, since time.Time) error
}

// Buckets are the storage's buckets.
type Buckets interface {
	Bucket(ctx context.Context, name string) (plan.Bucket, error)
	CreateBucket(ctx context.Context, b plan.BucketInputs) error
	UpdateBucket(ctx context.Context, b plan.BucketInputs) error
}

// World is what the steps act on: one environment's vendors, its database and its values.
type World struct {
	Dir      string        // the project's folder
	Archives string        // where the archives to send lie, named by their sha256
	Poll     time.Duration // how often a vendor is asked about a deployment
	Settle   time.Duration // how long a bot's session is watched

	// Patience is how long a vendor's lists may not show what the vendor has accepted: "it was not made" is concluded only
	// after that long of reads without a trace. 0 is half a minute, which all vendors keep; the box, whose emulators answer
	// at once what they have accepted, may do with less.
	Patience time.Duration

	Database  release.Secret
	Fence     *migrate.Fence  // asks whether the lock is still this release's; nil: none
	SecretSet string          // of the bot in this environment; "" for the one that pcc-deploy.toml names
	Hosts     map[string]Host // by the service's name in release.yaml
	Buckets   Buckets
	Values    map[string]release.Secret // what readme-ops itself was given, for the references of checks
	Plain     map[string]bool           // names of Values that the matrix does not call secret
	Bypass    release.Secret            // opens a protected deployment to checks; empty for none
	Smoke     smoke.Env                 // what all checks share

	Fingerprints env.Key      // of the environment; the zero Key before its record is prepared
	Pushed       []env.Pushed // what is on record of the variables that were pushed
	Unrecorded   string       // why neither of the two could be read; "" where they were
	Pushes       Pushes       // keeps what this process writes; nil: nobody does

	unsent unsent
}

// Actions gives the action of every step that runs. Beside an error they are those of the steps whose kind is known.
func Actions(w *World, p release.Plan) (map[string]engine.Action, error) {
	actions := map[string]engine.Action{}
	var unknown error
	for _, s := range p.Steps {
		if !s.Runs() {
			continue
		}
		switch s.Kind {
		case release.KindMigrations:
			actions[s.ID] = migrations{w, p.Commit}
		case release.KindBucket:
			actions[s.ID] = bucket{w}
		case release.KindVariables:
			actions[s.ID] = variables{w}
		case release.KindDeploy:
			actions[s.ID] = deploy{w}
		case release.KindPromote:
			actions[s.ID] = promote{w}
		case release.KindCheck:
			actions[s.ID] = check{w, p}
		case release.KindRestore:
			actions[s.ID] = restore{w}
		case release.KindConfirm:
			actions[s.ID] = confirm{w}
		case release.KindCleanup:
			actions[s.ID] = cleanup{w, p}
		default:
			unknown = cmp.Or(unknown, fmt.Errorf("step %s is of the unknown kind %q", s.ID, s.Kind))
		}
	}
	return actions, unknown
}

// wait polls until over says so, the context ends, or reading has failed for as long as patience lasts: a vendor
// that is briefly away does not make a deployment a failed one.
func (w *World) wait(ctx context.Context, t *engine.Task, h Host, id string, each func(provider.Deployment)) (provider.Deployment, error) {
	var failing time.Time
	for {
		d, err := h.Deployment(ctx, id)
		switch {
		case err == nil:
			failing = time.Time{}
			t.Doing(d.Raw)
			each(d)
			if d.State.Over() {
				return d, nil
			}
		case ctx.Err() != nil:
			return d, context.Cause(ctx)
		case provider.StatusOf(err) == 401 || provider.StatusOf(err) == 403:
			return d, err
		case failing.IsZero():
			failing = time.Now()
			t.Say("", "cannot read the deployment, asking again: "+err.Error())
		case time.Since(failing) > outage:
			return d, fmt.Errorf("its state could not be read for %s: %w", outage, err)
		}
		if err := sleep(ctx, w.Poll); err != nil {
			return d, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
