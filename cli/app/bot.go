package app

import (
	"cmp"
	"path/filepath"
	"time"

	"readme/cli/plan"
	"readme/cli/provider/pipecat"
	"readme/cli/spec"
)

// bot is what pcc-deploy.toml says of the product's bot, with the secret set that the environment pins; the zero Config
// where there is none.
func (p *project) bot(e spec.Environment) (pipecat.Config, error) {
	d, ok := p.first("pipecat")
	if !ok {
		return pipecat.Config{}, nil
	}
	cfg, err := pipecat.ReadConfig(filepath.Join(p.dir, d.Config))
	cfg.SecretSet = cmp.Or(e.Targets.Pipecat.SecretSet, cfg.SecretSet)
	return cfg, err
}

// shortest is the least time that a check gives a session of this bot; 0 where none starts one.
func shortest(rel *spec.Release, bot string) time.Duration {
	var least time.Duration
	for _, c := range rel.Smoke {
		if within := plan.Within(c.Check); c.Session == bot && (least == 0 || within < least) {
			least = within
		}
	}
	return least
}
