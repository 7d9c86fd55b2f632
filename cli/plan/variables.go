package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/spec"
)

const variablesDeadline = 5 * time.Minute

// VariablesStep is the id of the step that writes the variables of a service.
func VariablesStep(service string) string { return "variables of " + service }

// The operations of a VariableChange.
const (
	OpAdd    = "add"    // it is not there
	OpChange = "change" // another value is there, or one that nobody can read
)

// VariablesPrecondition stands for what the vendor had of the variables when they were read.
func VariablesPrecondition(set []VariableChange) string {
	seen := make([][3]string, len(set))
	for i, c := range set {
		seen[i] = [3]string{c.Name, c.Seen, c.Was}
	}
	sum := sha256.Sum256(encode(seen))
	return "was=" + hex.EncodeToString(sum[:6])
}

// variables adds the step that writes what a service lacks, or has otherwise, before the deploy that needs it. It waits for what the
// deploy waits for: what is written stays, also where the release fails.
func (b *builder) variables(d spec.Deploy, f Service, needs []string) {
	if len(f.Variables) == 0 || f.Without != "" {
		return
	}
	set := slices.SortedFunc(slices.Values(f.Variables), func(a, b VariableChange) int { return strings.Compare(a.Name, b.Name) })
	s := release.Step{
		ID: VariablesStep(d.Name), Kind: release.KindVariables, Title: fmt.Sprintf("write variables of %s at %s", d.Name, d.To),
		Needs:  needs,
		Inputs: encode(VariablesInputs{To: d.To, Name: d.Name, Set: set}), Precondition: VariablesPrecondition(set),
		Deadline: variablesDeadline, Undo: "what was written stays",
		Change: release.ChangeCreate,
	}
	var added, changed int
	for _, c := range set {
		if c.Op == OpAdd {
			added++
			s.Lines = append(s.Lines, fmt.Sprintf("+ %s  %s", c.Name, env.Short(c.Will)))
			continue
		}
		changed++
		s.Change = release.ChangeUpdate
		line := fmt.Sprintf("~ %s  %s -> %s", c.Name, env.Short(c.Was), env.Short(c.Will))
		if len(c.Also) > 0 {
			line += ", and for " + strings.Join(c.Also, " and ") + " too"
		}
		s.Lines = append(s.Lines, line)
	}
	var why []string
	if added > 0 {
		why = append(why, fmt.Sprintf("%d missing", added))
	}
	if changed > 0 {
		why = append(why, fmt.Sprintf("%d with another value than here", changed))
	}
	s.Why = strings.Join(why, ", ")
	b.add(s)
}

// Variables is the plan of bringing the variables of an environment to its vendors, and nothing else: what runs keeps what it has
// until its next deployment.
func Variables(rel *spec.Release, e spec.Environment, facts Facts) release.Plan {
	b := &builder{rel: rel, facts: facts}
	for _, d := range rel.Deploy {
		f := facts.Services[d.Name]
		b.variables(d, f, nil)
		b.warn(f)
	}
	p := release.Plan{
		Purpose: release.Variables, Project: rel.Project, Env: e.Name, Box: facts.Box, Targets: facts.Targets, Commit: facts.Commit,
		Steps: b.steps, Notes: append(slices.Clone(facts.Notes), b.notes...), OnFailure: "rollback",
	}
	p.Digest = Digest(p)
	return p
}

// outdated says why a service is deployed although nothing of it has changed but its variables; "" where they have not.
func outdated(f Service) string {
	switch {
	case len(f.Variables) > 0:
		return "its variables change"
	case len(f.Stale) == 1:
		return f.Stale[0] + " was written after what is live was made"
	case len(f.Stale) > 0:
		return strings.Join(f.Stale, ", ") + " were written after what is live was made"
	}
	return ""
}
