package app

import (
	"slices"

	"github.com/urfave/cli/v3"
)

func onFailureFlag(to *string) cli.Flag {
	return &cli.StringFlag{
		Name: "on-failure", Usage: "`WHAT` follows a failure: rollback, leave or ask; instead of release.yaml's on_failure", Destination: to,
	}
}

// onFailure puts --on-failure in the place of release.yaml's; so does a saved plan, which says what was approved.
func (a *app) onFailure(p *project, f releaseFlags) error {
	what := f.onFailure
	if what == "" && f.saved != nil {
		what = f.saved.OnFailure
	}
	switch {
	case what == "":
		return nil
	case !slices.Contains([]string{"rollback", "leave", "ask"}, what):
		return usage("there is no --on-failure "+what+", only rollback, leave, ask", a.again("--on-failure", "rollback"))
	case f.onFailure == "ask" && !a.asks():
		return usage("--on-failure ask needs a terminal to ask in", a.again("--on-failure", "rollback"))
	}
	rel := *p.rel // others have read it too
	rel.OnFailure = what
	p.rel = &rel
	return nil
}
