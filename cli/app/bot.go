package app

import (
	"path/filepath"
	"time"

	"readme/cli/plan"
	"readme/cli/provider/pipecat"
	"readme/cli/spec"
)

// bot is what pcc-deploy.toml says of the product's bot; the zero Config where there is none.
func (p *project) bot() (pipecat.Config, error) {
	for _, d := range p.rel.Deploy {
		if d.To == "pipecat" {
			return pipecat.ReadConfig(filepath.Join(p.dir, d.Config))
		}
	}
	return pipecat.Config{}, nil
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
