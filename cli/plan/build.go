package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"readme/cli/release"
	"readme/cli/spec"
)

// The deadlines of steps, by their kind.
const (
	migrationsDeadline = 15 * time.Minute
	bucketDeadline     = 3 * time.Minute // one call that hangs takes a minute
	deployDeadline     = 20 * time.Minute
	promoteDeadline    = 5 * time.Minute
	confirmDeadline    = 3 * time.Minute // of each service
	cleanupDeadline    = 30 * time.Second
)

// Build makes the plan of releasing spec to env. The spec has been validated: its names resolve and its graph has no
// cycle. Build fails only where the facts contradict it.
func Build(rel *spec.Release, env spec.Environment, facts Facts) (release.Plan, error) {
	b := &builder{rel: rel, facts: facts}
	b.migrations()
	b.bucket()
	for _, d := range sorted(rel.Deploy, func(d spec.Deploy) (string, []string) { return d.Name, d.After }) {
		if err := b.deploy(d); err != nil {
			return release.Plan{}, err
		}
	}
	b.first(env)
	b.checks()
	p := release.Plan{
		Project: rel.Project, Env: env.Name, Box: facts.Box, Targets: facts.Targets, Commit: facts.Commit,
		Steps: b.steps, Notes: append(slices.Clone(facts.Notes), b.notes...), OnFailure: rel.OnFailure,
	}
	p.Digest = Digest(p)
	return p, nil
}

// Digest is sha256 over the canonical JSON of all that an approval is about: environment, targets, commit, the
// ordered steps with their inputs and preconditions. Texts, times, addresses and what is merely known are not in it.
func Digest(p release.Plan) string {
	type step struct {
		ID           string          `json:"id"`
		Kind         release.Kind    `json:"kind"`
		Change       release.Change  `json:"change"`
		Needs        []string        `json:"needs"`
		Inputs       json.RawMessage `json:"inputs"`
		Precondition string          `json:"precondition"`
	}
	var all struct {
		Purpose   string      `json:"purpose,omitempty"`
		Project   string      `json:"project"`
		Env       string      `json:"env"`
		Box       bool        `json:"box"`
		Targets   [][2]string `json:"targets"`
		Commit    string      `json:"commit"`
		Steps     []step      `json:"steps"`
		OnFailure string      `json:"on_failure"`
	}
	all.Purpose = p.Purpose
	all.Project, all.Env, all.Box, all.OnFailure = p.Project, p.Env, p.Box, p.OnFailure
	all.Commit = p.Commit.String()
	for _, t := range p.Targets {
		all.Targets = append(all.Targets, [2]string{t.Name, t.Value})
	}
	for _, s := range p.Steps {
		all.Steps = append(all.Steps, step{s.ID, s.Kind, s.Change, s.Needs, digested(s), s.Precondition})
	}
	sum := sha256.Sum256(encode(all))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// digested is what of a step's inputs an approval is about. A branch is only what a vendor calls the commit: CI has none
// checked out, and shall be able to carry out what was approved where there was one.
func digested(s release.Step) json.RawMessage {
	var in DeployInputs
	if s.Kind != release.KindDeploy || json.Unmarshal(s.Inputs, &in) != nil {
		return encode(s.Inputs)
	}
	in.Branch = ""
	return encode(in)
}

type builder struct {
	rel   *spec.Release
	facts Facts
	steps []release.Step
	notes []string
}

// first says of a first release what it lacks: a way back.
func (b *builder) first(env spec.Environment) {
	for _, s := range b.facts.Services {
		if s.Live.ID != "" {
			return
		}
	}
	if len(b.facts.Services) > 0 {
		b.notes = append(b.notes, "this is the first release to "+env.Name+": there is nothing to go back to yet")
	}
}

func (b *builder) add(s release.Step) { b.steps = append(b.steps, s) }

func (b *builder) has(id string) bool {
	return slices.ContainsFunc(b.steps, func(s release.Step) bool { return s.ID == id })
}

func (b *builder) migrations() {
	if b.rel.Migrations.Dir == "" {
		return
	}
	f := b.facts.Migrations
	b.notes = append(b.notes, f.Warn...)
	s := release.Step{
		ID: "migrations", Kind: release.KindMigrations, Title: "migrate the database",
		Inputs:       encode(MigrationsInputs{b.rel.Migrations.Dir, b.rel.Migrations.LockTimeout, f.Pending}),
		Precondition: fmt.Sprintf("applied=%d", f.Applied),
		Deadline:     migrationsDeadline,
		From:         fmt.Sprintf("%d applied", f.Applied),
		To:           fmt.Sprintf("%d applied", f.Applied+len(f.Pending)),
		Undo:         "applied migrations stay",
		Change:       release.ChangeUpdate,
	}
	switch {
	case len(f.Pending) == 0:
		s.Change, s.Why = release.ChangeNone, plural(f.Applied, "migration")+" applied, none pending"
	case f.Applied == 0:
		s.Change, s.Why = release.ChangeCreate, "the first migrations of this database"
	default:
		s.Why = plural(len(f.Pending), "migration") + " pending"
	}
	for _, m := range f.Pending {
		s.Lines = append(s.Lines, "+ "+m.Name)
	}
	s.Lines = append(s.Lines, f.Lint...)
	b.add(s)
}

func (b *builder) bucket() {
	want, is := b.rel.Bucket, b.facts.Bucket
	if want == nil {
		return
	}
	s := release.Step{
		ID: "bucket", Kind: release.KindBucket, Title: "storage bucket " + want.Name,
		Inputs:       encode(BucketInputs{want.Name, want.Public, want.MaxSize, want.Types}),
		Precondition: BucketPrecondition(is),
		Deadline:     bucketDeadline,
		Undo:         "the bucket stays",
		Change:       release.ChangeUpdate, Why: "it differs from release.yaml",
	}
	if !is.Found {
		s.Change, s.Why = release.ChangeCreate, "it does not exist yet"
		s.To = fmt.Sprintf("%s, at most %s", Privacy(want.Public), Size(want.MaxSize))
		b.add(s)
		return
	}
	if is.Public != want.Public {
		s.Lines = append(s.Lines, Privacy(is.Public)+" -> "+Privacy(want.Public))
	}
	if is.MaxSize != want.MaxSize {
		s.Lines = append(s.Lines, "at most "+Size(is.MaxSize)+" -> at most "+Size(want.MaxSize))
	}
	if !sameTypes(is.Types, want.Types) {
		s.Lines = append(s.Lines, fmt.Sprintf("types %v -> %v", is.Types, want.Types))
	}
	if len(s.Lines) == 0 {
		s.Change, s.Why = release.ChangeNone, "it is as release.yaml says"
	}
	b.add(s)
}

// BucketPrecondition stands for the bucket as the plan saw it.
func BucketPrecondition(is Bucket) string {
	sum := sha256.Sum256(encode(is))
	return "was=" + hex.EncodeToString(sum[:6])
}

// Privacy is a word for whether a bucket is public.
func Privacy(public bool) string {
	if public {
		return "public"
	}
	return "private"
}

// Size writes bytes as release.yaml does.
func Size(n int64) string {
	switch {
	case n == 0:
		return "any size"
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// sorted puts items after everything that they need, keeping the order of the file where it is free. Needs that are
// not among the items are ignored.
func sorted[T any](items []T, of func(T) (name string, needs []string)) []T {
	byName := map[string]T{}
	for _, it := range items {
		name, _ := of(it)
		byName[name] = it
	}
	var out []T
	seen := map[string]bool{}
	var visit func(T)
	visit = func(it T) {
		name, needs := of(it)
		if seen[name] {
			return
		}
		seen[name] = true
		for _, n := range needs {
			if need, ok := byName[n]; ok {
				visit(need)
			}
		}
		out = append(out, it)
	}
	for _, it := range items {
		visit(it)
	}
	return out
}
