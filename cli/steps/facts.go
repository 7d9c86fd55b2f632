package steps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"readme/cli/migrate"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/release"
	"readme/cli/spec"
)

// Subject is what would be released, as the work tree holds it now.
type Subject struct {
	Commit release.Commit
	// Tree is the hash of the files that match the patterns (path, mode, content).
	Tree func(patterns []string) (string, error)
	// Archive packs a folder of the project, "" for all of it, below World.Archives, and gives its sha256.
	Archive func(root string) (sha256 string, files int, err error)
}

// Question is all that Read needs to know.
type Question struct {
	Release *spec.Release
	Matrix  *spec.Matrix
	Env     spec.Environment
	Box     bool // none of the vendors is a real one
	Subject Subject
	Without map[string]string            // services that cannot be released here, and why
	Outputs map[string]map[string]string // what is known of a service before any deploy
}

// Read asks the database, the vendors and the work tree at once, and changes nothing. Everything that could not be
// read, and every variable that a service needs and does not have, is reported, not only the first.
func Read(ctx context.Context, w *World, q Question) (plan.Facts, error) {
	f := plan.Facts{Box: q.Box, Commit: q.Subject.Commit, Services: map[string]plan.Service{}}
	var mu sync.Mutex
	var wrong release.Faults
	report := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		var many release.Faults
		switch {
		case err == nil:
		case errors.As(err, &many):
			wrong = append(wrong, many...)
		default:
			wrong = append(wrong, release.AsFault(err))
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		m, err := w.readMigrations(ctx, q)
		f.Migrations = m
		report(err)
	})
	wg.Go(func() {
		b, err := w.readBucket(ctx, q)
		f.Bucket = b
		report(err)
	})
	for _, d := range q.Release.Deploy {
		wg.Go(func() {
			s, err := w.readService(ctx, q, d)
			report(err)
			mu.Lock()
			f.Services[d.Name] = s
			mu.Unlock()
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return f, context.Cause(ctx)
	}
	if len(wrong) > 0 {
		slices.SortStableFunc(wrong, func(a, b *release.Fault) int { return strings.Compare(a.Title, b.Title) })
		return f, wrong
	}
	return f, nil
}

func (w *World) readMigrations(ctx context.Context, q Question) (plan.Migrations, error) {
	var out plan.Migrations
	if q.Release.Migrations.Dir == "" {
		return out, nil
	}
	files, err := migrate.Load(os.DirFS(filepath.Join(w.Dir, q.Release.Migrations.Dir)), q.Release.Migrations.Dir)
	if err != nil {
		return out, err
	}
	st, err := migrate.ReadStatus(ctx, w.Database, files)
	if err != nil {
		return out, err
	}
	if err := st.Check(); err != nil {
		return out, err
	}
	out.Applied = len(st.Applied)
	for _, m := range st.Pending {
		out.Pending = append(out.Pending, plan.Migration{Name: m.Name, SHA256: m.SHA256})
	}
	out.Warn, err = w.openTables(ctx)
	return out, err
}

func (w *World) readBucket(ctx context.Context, q Question) (plan.Bucket, error) {
	if q.Release.Bucket == nil {
		return plan.Bucket{}, nil
	}
	b, err := w.Buckets.Bucket(ctx, q.Release.Bucket.Name)
	if err != nil {
		return b, bucketFault(plan.BucketInputs{Name: q.Release.Bucket.Name}, "cannot be read", err)
	}
	return b, nil
}

func (w *World) readService(ctx context.Context, q Question, d spec.Deploy) (plan.Service, error) {
	s := plan.Service{Without: q.Without[d.Name], Outputs: maps.Clone(q.Outputs[d.Name])}
	h := w.Hosts[d.Name]
	live, err := h.Live(ctx)
	if err != nil {
		return s, cannotRead(plan.DeployInputs{Name: d.Name, To: d.To}, err)
	}
	s.Live = plan.Live{ID: live.ID, URL: live.URL, Commit: live.Marker.Commit, Tree: live.Marker.Tree, Image: live.Image}
	if live.ID != "" && live.State != provider.Live {
		s.Live.Ill = live.Raw
	}
	if err := w.missing(ctx, q, d, h); err != nil {
		return s, err
	}
	if d.To == "pipecat" {
		return s, w.readBot(ctx, d, h, &s)
	}
	root := ""
	if d.To == "vercel" {
		root = d.Root
	}
	if s.Tree, err = q.Subject.Tree(watched(d)); err != nil {
		return s, err
	}
	if d.To == "railway" {
		s.Tree += plan.TreeSettings + settingsHash(d)
	}
	s.Archive, s.Files, err = q.Subject.Archive(root)
	return s, err
}

// settingsHash stands for what release.yaml says of how a service is built and run. It goes with the hash of its
// files: the settings that the vendor shows are those of the next deployment, not of the live one.
func settingsHash(d spec.Deploy) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", d.Build, d.Start, d.Health, d.HealthTimeout))
	return hex.EncodeToString(sum[:6])
}

// watched are the patterns of the files that make a service: its own folder unless release.yaml says more.
func watched(d spec.Deploy) []string {
	if len(d.Watch) > 0 {
		return d.Watch
	}
	root := d.Root
	if root == "" {
		root = "services/" + d.Name
	}
	return []string{root + "/**"}
}

// readBot compares what pcc-deploy.toml says with what the vendor tells: a key that the file leaves out is kept as it
// is, and one that the vendor never gives back counts as equal.
func (w *World) readBot(ctx context.Context, d spec.Deploy, h Host, s *plan.Service) error {
	want, err := pipecat.ReadConfig(filepath.Join(w.Dir, d.Config))
	if err != nil {
		return err
	}
	want.Agent = ""
	if s.Config, err = json.Marshal(want); err != nil {
		return err
	}
	s.Image = want.Image
	agents, ok := h.(interface {
		Agent(ctx context.Context) (pipecat.Config, bool, error)
	})
	if !ok || s.Live.ID == "" {
		return nil
	}
	have, found, err := agents.Agent(ctx)
	if err != nil || !found {
		return err
	}
	s.Live.Config, err = sameKeys(s.Config, have, want)
	return err
}

// sameKeys encodes have with the keys that want has.
func sameKeys(wantJSON []byte, have, want pipecat.Config) ([]byte, error) {
	have.WebsocketAuth, have.EnableKrisp = want.WebsocketAuth, want.EnableKrisp
	raw, err := json.Marshal(have)
	if err != nil {
		return nil, err
	}
	var is, keys map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(raw, &is), json.Unmarshal(wantJSON, &keys)); err != nil {
		return nil, err
	}
	out := pipecat.Config{}
	for k := range is {
		if _, asked := keys[k]; !asked {
			delete(is, k)
		}
	}
	if raw, err = json.Marshal(is); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &out); err != nil { // through the struct, so that the order of keys is the same
		return nil, err
	}
	return json.Marshal(out)
}

// missing reports the variables that the matrix gives to a service in this environment, and that its host does not have.
func (w *World) missing(ctx context.Context, q Question, d spec.Deploy, h Host) error {
	vars, ok := h.(Variables)
	if !ok || q.Without[d.Name] != "" {
		return nil
	}
	have, err := vars.Variables(ctx)
	if err != nil {
		return cannotRead(plan.DeployInputs{Name: d.Name, To: d.To}, err)
	}
	var out release.Faults
	for _, s := range q.Matrix.Services {
		if s.Deploy != d.Name {
			continue
		}
		for _, v := range q.Matrix.Of(s.Name) {
			if _, ok := have[v.Name]; ok || !v.RequiredIn(q.Env.Name) {
				continue
			}
			at := v.At
			out = append(out, &release.Fault{
				Title:  fmt.Sprintf("%s needs %s in %s, and %s does not have it", d.Name, v.Name, q.Env.Name, d.To),
				Detail: v.About, Where: &at, Exit: release.ExitDrift,
				Try: fmt.Sprintf("set %s for %s at %s, then: readme-ops plan --env %s", v.Name, d.Name, d.To, q.Env.Name),
			})
		}
	}
	if len(out) > 0 {
		return out
	}
	return nil
}
