package steps

import (
	"cmp"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"

	"readme/cli/plan"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/railway"
	"readme/cli/spec"
)

// needsDrift holds what a vendor keeps beside deployments against what the service needs: what is made for it, its settings.
// notes are the vendor's warnings.
func (w *World) needsDrift(ctx context.Context, d spec.Deploy) (out []Drift, notes []string, err error) {
	h, as := w.Hosts[d.Name], plan.DeployInputs{Name: d.Name, To: d.To}
	if m, ok := h.(Maker); ok {
		missing, err := m.Missing(ctx)
		if err != nil {
			return nil, nil, cannotRead(as, err)
		}
		for _, what := range missing {
			out = append(out, Drift{Where: d.Name, What: what, Expected: "it exists at " + d.To, Found: doesNotExist, Try: "readme-ops plan" + w.flag()})
		}
		if len(missing) > 0 { // the rest would only repeat it
			return out, nil, nil
		}
	}
	if v, ok := h.(Unlike); ok {
		order, err := w.ordered(d)
		if err != nil {
			return nil, nil, err
		}
		unlike, err := v.Unlike(ctx, order)
		if err != nil {
			return nil, nil, cannotRead(as, err)
		}
		for _, s := range unlike {
			out = append(out, Drift{Where: d.Name, What: "setting " + s.Name, Expected: cmp.Or(s.Want, "none"), Found: cmp.Or(s.Has, "none"), Try: "readme-ops plan" + w.flag()})
		}
	}
	if v, ok := h.(Warner); ok {
		if notes, err = v.Warnings(ctx); err != nil {
			return nil, nil, cannotRead(as, err)
		}
	}
	return out, notes, nil
}

// ordered is what release.yaml, or the bot's pcc-deploy.toml, says of a service's settings.
func (w *World) ordered(d spec.Deploy) (Order, error) {
	in := settingsOf(d)
	if d.To != "pipecat" {
		return Order{DeployInputs: in}, nil
	}
	want, err := pipecat.ReadConfig(filepath.Join(w.Dir, d.Config))
	if err != nil {
		return Order{}, err
	}
	want.Agent, want.SecretSet = "", cmp.Or(w.SecretSet, want.SecretSet)
	in.Config, err = json.Marshal(want)
	return Order{DeployInputs: in}, err
}

// vendors reports whether a variable is the vendor's own, or the one that says which commit runs.
func vendors(to, name string) bool {
	switch to {
	case "railway":
		return name == railway.CommitVariable || strings.HasPrefix(name, "RAILWAY_")
	case "vercel":
		return strings.HasPrefix(name, "VERCEL_")
	}
	return false
}
