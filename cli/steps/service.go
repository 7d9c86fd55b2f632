package steps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// Settled tells of a live deployment that bears no hash of ours whether it was built and runs with the settings that
// the order asks for.
type Settled interface {
	Settled(ctx context.Context, live provider.Deployment, o Order) (bool, error)
}

// readService finds out what is live of a service, and what would be sent for it.
func (w *World) readService(ctx context.Context, q Question, d spec.Deploy) (plan.Service, error) {
	s := plan.Service{Without: q.Without[d.Name], Outputs: maps.Clone(q.Outputs[d.Name]), Source: SourceOf(d, q.Env)}
	h := w.Hosts[d.Name]
	live, err := h.Live(ctx)
	if err != nil {
		return s, cannotRead(plan.DeployInputs{Name: d.Name, To: d.To}, err)
	}
	s.Live = plan.Live{ID: live.ID, URL: live.URL, Commit: live.Marker.Commit, Tree: live.Marker.Tree, Image: live.Image}
	if live.ID != "" && live.State != provider.Live {
		s.Live.Ill = live.Raw
	}
	if q.Looks {
		return s, nil
	}
	if s.Without == "" {
		if err := w.readNeeds(ctx, q, d, h, live, &s); err != nil {
			return s, err
		}
	}
	if err := fetched(ctx, q, h, d, &s); err != nil {
		return s, err
	}
	switch {
	case d.To == "pipecat":
		return s, w.readBot(ctx, q, d, live, &s)
	case s.Source == "image":
		s.Image = d.Image
		return s, nil
	}
	return s, w.readFiles(ctx, q, d, h, live, &s)
}

// SourceOf says how a service is sent. The box takes what is in the work tree, whatever release.yaml says.
func SourceOf(d spec.Deploy, env spec.Environment) string {
	switch {
	case d.To == "pipecat" || d.Source == "image":
		return d.Source
	case env.Box || d.Source == "":
		return "upload"
	}
	return d.Source
}

// fetched lets what the vendor cannot fetch by itself be uploaded, and says so.
func fetched(ctx context.Context, q Question, h Host, d spec.Deploy, s *plan.Service) error {
	v, ok := h.(Sourcer)
	if !ok || s.Source != "commit" {
		return nil
	}
	why, err := v.Source(ctx, q.Subject.Repo)
	if err != nil {
		return cannotRead(plan.DeployInputs{Name: d.Name, To: d.To}, err)
	}
	if why != "" {
		s.Source = "upload"
		s.Warn = append(s.Warn, why+": the files of "+d.Name+" are uploaded instead")
	}
	return nil
}

// readFiles reads the files that make a service: their hash, and what would be sent of them.
func (w *World) readFiles(ctx context.Context, q Question, d spec.Deploy, h Host, live provider.Deployment, s *plan.Service) (err error) {
	settings := ""
	if d.To == "railway" {
		settings = plan.TreeSettings + settingsHash(d)
	}
	if s.Tree, err = q.Subject.Tree(watched(d)); err != nil {
		return err
	}
	s.Tree += settings
	if s.Source != "commit" {
		root := ""
		if d.To == "vercel" {
			root = d.Root
		}
		s.Archive, s.Files, err = q.Subject.Archive(root)
		return err
	}
	s.Repo, s.Branch = q.Subject.Repo, q.Subject.Branch
	if s.Live.Tree != "" || live.Marker.Commit == "" || q.Subject.TreeAt == nil {
		return nil
	}
	// A deployment of a commit bears no mark of ours: its files are those of the commit.
	if s.Live.Tree, err = q.Subject.TreeAt(live.Marker.Commit, watched(d)); err != nil || s.Live.Tree == "" {
		return err
	}
	same := true
	if settled, ok := h.(Settled); ok {
		if same, err = settled.Settled(ctx, live, Order{DeployInputs: settingsOf(d)}); err != nil {
			return cannotRead(plan.DeployInputs{Name: d.Name, To: d.To}, err)
		}
	}
	if same {
		s.Live.Tree += settings
	}
	return nil
}

func settingsOf(d spec.Deploy) plan.DeployInputs {
	return plan.DeployInputs{
		Name: d.Name, To: d.To, Service: d.Service, Build: d.Build, Start: d.Start, Health: d.Health, HealthTimeout: d.HealthTimeout,
	}
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

// committed refuses to deploy a commit that is not what a person sees in front of them, or that no vendor can fetch.
func committed(q Question) error {
	var names []string
	for _, d := range q.Release.Deploy {
		if SourceOf(d, q.Env) == "commit" {
			names = append(names, d.Name)
		}
	}
	who := strings.Join(names, ", ")
	switch {
	case len(names) == 0:
	case q.Subject.Commit.Dirty != "":
		return &release.Fault{
			Title:    "the work tree has changes that are in no commit, and " + who + " would be deployed without them",
			Detail:   "release.yaml says `source: commit` there: the vendor fetches the commit itself",
			Evidence: []release.Evidence{{Label: "changed, or not in git", Lines: some(q.Subject.Changed)}},
			Try:      "git status", Exit: release.ExitInvalid,
		}
	case q.Subject.Repo == "":
		return &release.Fault{
			Title:  "no vendor can fetch this repository: it has no origin, and release.yaml says `source: commit` for " + who,
			Detail: "the repository has to be at a Git hosting that Railway and Vercel are connected to",
			Try:    "git remote add origin https://github.com/OWNER/NAME.git", Exit: release.ExitInvalid,
		}
	}
	return nil
}

// some cuts a list of which the first few say enough.
func some(list []string) []string {
	const most = 5
	if len(list) <= most {
		return list
	}
	return append(slices.Clone(list[:most]), fmt.Sprintf("and %d more", len(list)-most))
}
