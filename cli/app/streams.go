package app

import (
	"io"

	"readme/cli/release"
	"readme/cli/view"
)

// streams makes what is printed safe: nothing that goes to stderr holds a secret, and in GitHub's log no line that is not
// ours gives the runner a command. It does so once.
func (a *app) streams() {
	if a.flows != nil {
		return
	}
	a.flows = []*view.Workflow{}
	err := a.sys.Err
	if a.viewName() == "github" {
		flow, out := view.NewWorkflow(err), view.NewWorkflow(a.sys.Out)
		a.flows, a.sys.Out, err = append(a.flows, flow, out), out, flow
		if a.sys.onGitHub() { // anywhere else the masks themselves would be seen
			a.veil.flow = flow
		}
	}
	a.sys.Err = a.veil.over(err)
}

// flush ends the streams.
func (a *app) flush() {
	for _, f := range a.flows {
		_ = f.Close()
	}
}

// annotate makes annotations where the view has them.
func (a *app) annotate(kind string, faults ...*release.Fault) {
	if len(a.flows) > 0 {
		_ = a.flows[0].Faults(kind, faults...)
	}
}

// results is stdout for what may hold a secret though nobody asked for one, such as the log of a service.
func (a *app) results() io.Writer { return a.veil.over(a.sys.Out) }
