package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"readme/cli/env"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/spec"
)

// setter is a host's power to write variables. A bot without a secret set has no place for them.
func setter(h Host) (VariableSetter, bool) {
	if bot, is := h.(onPipecat); is && bot.Config.SecretSet == "" {
		return nil, false
	}
	s, ok := h.(VariableSetter)
	return s, ok
}

// readVariables finds out which variables of a service a release writes: what is made for the first time gets those that have a
// value here with it, and what exists gets what it lacks or has otherwise, before its deploy. What nobody gave here is left alone, and
// reported where the service needs it and does not have it.
func (w *World) readVariables(ctx context.Context, q Question, d spec.Deploy, h Host, live provider.Deployment, s *plan.Service) error {
	kept, err := w.keptOf(ctx, q, d, h, live)
	if err != nil {
		return err
	}
	s.Stale = kept.Stale
	_, sets := setter(h)
	fresh := len(s.Missing) > 0 || s.Live.ID == "" // a service that nothing was ever brought to is as good as none
	var faults release.Faults
	var unknown []string
	for _, r := range env.Compare(w.comparison(q, kept)) {
		_, there := find(kept.Has, r.Variable)
		switch {
		case !there && fresh && r.Given:
			withSet(s, r)
		case r.State == env.StateMissing && r.Required && (!r.Given || !sets):
			faults = append(faults, lacks(q, d, r, fresh))
		case sets && pushes(r, false):
			s.Variables = append(s.Variables, change(r, kept.Has))
		case r.State == env.StateDifferent && r.Given && r.Owner != "":
			s.Warn = append(s.Warn, fmt.Sprintf("%s of %s has another value at %s than here, and is left alone: it is written by %s", r.Variable, d.Name, d.To, r.Owner))
		case sets && pushes(r, true) && r.State == env.StateDifferent:
			s.Warn = append(s.Warn, unsure(d, r, "readme-ops env push --unknown"+w.flag()))
		case sets && pushes(r, true):
			unknown = append(unknown, r.Variable)
		}
	}
	if len(unknown) > 0 && !q.Env.Box { // a box of our own has them from us
		s.Warn = append(s.Warn, fmt.Sprintf("%s of %s cannot be read at %s, and it is not on record that it has the value of here: readme-ops env push --unknown%s writes it",
			strings.Join(unknown, ", "), d.Name, d.To, w.flag()))
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// withSet adds a variable that the service is made with.
func withSet(s *plan.Service, r env.Row) {
	s.Sets = append(s.Sets, r.Variable)
	if r.Here == "" {
		return
	}
	if s.SetsTo == nil {
		s.SetsTo = map[string]string{}
	}
	s.SetsTo[r.Variable] = r.Here
}

// unsure says of a variable that has another value that it is left alone, because it may be somebody else's.
func unsure(d spec.Deploy, r env.Row, with string) string {
	return fmt.Sprintf("%s of %s has another value at %s than here, and is left alone: %s. %s writes over it", r.Variable, d.Name, d.To, r.Unsure, with)
}

// pushes reports whether a variable is to be written: it has a value here, it is ours, and its vendor has none or another one. With unknown
// it is also one of which nobody can know that, or whether it is ours.
func pushes(r env.Row, unknown bool) bool {
	if !r.Given || r.Owner != "" {
		return false
	}
	switch r.State {
	case env.StateMissing:
		return true
	case env.StateDifferent:
		return unknown || r.Unsure == ""
	case env.StateUnknown:
		return unknown
	case env.StateOK, env.StateExtra, env.StateAsPushed, env.StateNotGiven:
	}
	return false
}

// change is a row as a plan has it.
func change(r env.Row, have []provider.Variable) plan.VariableChange {
	v, found := find(have, r.Variable)
	c := plan.VariableChange{Name: r.Variable, Op: plan.OpChange, Seen: seenOf(v, found), Was: r.There, Will: r.Here, Also: v.Also}
	if !found {
		c.Op = plan.OpAdd
	}
	return c
}

// ReadPush reads what the vendors have, for a plan that only writes variables: of these services, or of all, and with unknown also what
// nobody can read and readme-ops has not written.
func ReadPush(ctx context.Context, w *World, q Question, services []string, unknown bool) (plan.Facts, error) {
	f := plan.Facts{Box: q.Box, Commit: q.Subject.Commit, Services: map[string]plan.Service{}}
	var wrong release.Faults
	for _, d := range q.Release.Deploy {
		if len(services) > 0 && !slices.Contains(services, d.Name) {
			continue
		}
		s, err := w.readPush(ctx, q, d, unknown)
		if err != nil {
			wrong = append(wrong, provider.AsFault(err))
		}
		f.Services[d.Name] = s
	}
	switch {
	case ctx.Err() != nil:
		return f, context.Cause(ctx)
	case len(wrong) > 0:
		for _, one := range wrong {
			if one.Exit == 0 {
				one.Exit = release.ExitStepFailed
			}
		}
		return f, wrong
	}
	return f, nil
}

func (w *World) readPush(ctx context.Context, q Question, d spec.Deploy, unknown bool) (plan.Service, error) {
	s := plan.Service{Without: q.Without[d.Name]}
	h, as := w.Hosts[d.Name], plan.DeployInputs{Name: d.Name, To: d.To}
	if _, sets := setter(h); !sets || s.Without != "" {
		return s, nil
	}
	if m, ok := h.(Maker); ok {
		missing, err := m.Missing(ctx)
		if err != nil {
			return s, cannotRead(as, err)
		}
		if i := slices.IndexFunc(missing, holds); i >= 0 {
			s.Warn = append(s.Warn, fmt.Sprintf("%s has no %s yet: the first release of %s makes it, with its variables", d.To, missing[i], d.Name))
			return s, nil
		}
	}
	kept, err := w.keptOf(ctx, q, d, h, provider.Deployment{})
	if err != nil {
		return s, err
	}
	for _, r := range env.Compare(w.comparison(q, kept)) {
		switch {
		case pushes(r, unknown):
			s.Variables = append(s.Variables, change(r, kept.Has))
		case pushes(r, true) && r.State == env.StateDifferent:
			s.Warn = append(s.Warn, unsure(d, r, "--unknown"))
		case pushes(r, true):
			s.Warn = append(s.Warn, fmt.Sprintf("%s of %s cannot be read at %s, and it is not on record that it has the value of here: --unknown writes it", r.Variable, d.Name, d.To))
		case r.Owner != "" && r.Given && r.State == env.StateDifferent:
			s.Warn = append(s.Warn, fmt.Sprintf("%s of %s has another value at %s than here, and is left alone: it is written by %s", r.Variable, d.Name, d.To, r.Owner))
		case r.State == env.StateMissing && r.Required:
			s.Warn = append(s.Warn, fmt.Sprintf("%s needs %s, and neither %s nor this process has a value for it", d.Name, r.Variable, d.To))
		}
	}
	return s, nil
}

// holds reports whether what a vendor lacks is the very place of the variables.
func holds(missing string) bool {
	what, _, _ := strings.Cut(missing, " ")
	return what == "service" || what == "project" || what == "secret"
}
