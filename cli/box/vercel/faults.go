package vercel

import (
	"context"
	"time"

	"readme/cli/box/fault"
)

// The faults of our own, besides those of the wire. Only names a project.
const (
	DeployLost         = "deploy-lost"
	DeployUnanswered   = "deploy-unanswered"
	DailyLimit         = "daily-limit"
	GitLate            = "git-late"
	DuplicateGitDeploy = "duplicate-git-deploy"
	ListLags           = "list-lags"

	QueuedForever   = "queued-forever"
	Blocked         = "blocked"
	BuildStuck      = "build-stuck"
	BuildFails      = "build-fails"
	CanceledUnderUs = "canceled-under-us"
	UnknownState    = "unknown-state"

	ChecksFailed = "checks-failed"
	AliasLate    = "alias-late"
	AliasNever   = "alias-never"
	AliasError   = "alias-error"
	StaleAlias   = "stale-alias"

	PromoteRefused  = "promote-refused"
	PromoteLost     = "promote-lost"
	PromoteLate     = "promote-late"
	PromoteFails    = "promote-fails"
	RollbackRefused = "rollback-refused"
	RollbackLost    = "rollback-lost"
	RollbackLate    = "rollback-late"
	RollbackFails   = "rollback-fails"

	Protected       = "protected"
	ProjectPaused   = "project-paused"
	CrashesAtRun    = "crashes-at-runtime"
	ServesOld       = "serves-old"
	EnvPartlyFailed = "env-partly-failed"
	EnvBusy         = "env-busy"
	EnvLost         = "env-lost"
	EnvEmptied      = "env-emptied"
	EnvLate         = "env-late"
	EnvUnreadable   = "env-unreadable"
	EnvOwned        = "env-owned" // Only is the variable
)

// forEver is how long something lasts that does not end by itself.
const forEver = 24 * time.Hour

func newBoard() *fault.Board {
	kind := func(name string, lasts time.Duration, about string) fault.Kind {
		return fault.Kind{Name: name, About: about, For: lasts, Names: "project"}
	}
	return fault.NewBoard(
		kind(DeployLost, 0, "a deploy is answered with 500, and nothing is made"),
		kind(DeployUnanswered, 2*time.Minute, "a deployment is made, but no answer comes, and the connection is cut after a while"),
		kind(DailyLimit, 6*time.Hour, "429: the day's deployments are used up, and the limit resets hours later"),
		kind(GitLate, 0, "a commit that was just pushed is not known yet: incorrect_git_source_info"),
		kind(DuplicateGitDeploy, 0, "Vercel's own Git integration builds the same commit for production, just before ours"),
		kind(ListLags, 20*time.Second, "lists do not show a new deployment for a while"),
		kind(QueuedForever, forEver, "a deployment stays QUEUED"),
		kind(Blocked, 0, "a deployment is BLOCKED: a seat is missing, and a person has to see to it"),
		kind(BuildStuck, forEver, "a deployment stays BUILDING"),
		kind(BuildFails, 0, "a build ends in ERROR"),
		kind(CanceledUnderUs, 0, "somebody cancels the deployment while it is built"),
		kind(UnknownState, 30*time.Second, "a deployment is in a state that no documentation names, and goes on after a while"),
		kind(ChecksFailed, 0, "READY, and the checks say failed: it gets no alias"),
		kind(AliasLate, time.Minute, "READY, and its aliases come only after a while"),
		kind(AliasNever, forEver, "READY, and its aliases never come"),
		kind(AliasError, 0, "READY, and giving it its aliases has failed"),
		kind(StaleAlias, 30*time.Second, "after a move, reads of the domain's alias show the old deployment for a while"),
		kind(PromoteRefused, 0, "a promote is refused with 409"),
		kind(PromoteLost, 0, "a promote is answered with 201, and nothing happens"),
		kind(PromoteLate, time.Minute, "a promote's job takes a while"),
		kind(PromoteFails, 0, "a promote's job fails"),
		kind(RollbackRefused, 0, "a rollback is refused with 402: the plan allows the one before alone"),
		kind(RollbackLost, 0, "a rollback is answered with 201, and nothing happens"),
		kind(RollbackLate, time.Minute, "a rollback's job takes a while"),
		kind(RollbackFails, 0, "a rollback's job fails"),
		kind(Protected, 0, "deployments' own addresses answer 401 to whoever has no bypass secret of the project"),
		kind(ProjectPaused, 0, "the project is paused: its addresses answer 503"),
		kind(CrashesAtRun, 0, "a deployment that becomes READY answers every request with 500"),
		kind(ServesOld, 30*time.Second, "after a move, the domain goes on serving the old deployment for a while"),
		kind(EnvPartlyFailed, 0, "201 for variables, of which the last was not taken"),
		kind(EnvBusy, 0, "400 for a change of variables: another one is ongoing"),
		kind(EnvLost, 0, "201 or 200 for variables, and nothing is kept"),
		kind(EnvEmptied, 0, "201 or 200 for variables, and they are kept empty"),
		kind(EnvLate, 5*time.Second, "after a change of variables, reads show those of before for a while"),
		kind(EnvUnreadable, 0, "encrypted variables read back empty"),
		fault.Kind{Name: EnvOwned, About: "a variable belongs to an integration, which writes it", Names: "variable"},
	)
}

// Faults is the board on which bad days are switched on.
func (e *Emulator) Faults() *fault.Board { return e.faults }

// hold waits as long as a fault lasts that has struck; one that is on until it is cleared ends with that. False means
// that the emulator is closing, or the work was cancelled.
func (e *Emulator) hold(ctx context.Context, f fault.Fault, project string) bool {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	end := time.NewTimer(f.For)
	defer end.Stop()
	for {
		select {
		case <-end.C:
			return ctx.Err() == nil
		case <-tick.C:
			if _, on := e.faults.Is(f.Name, project); f.Times == 0 && !on {
				return ctx.Err() == nil
			}
		case <-ctx.Done():
			return false
		}
	}
}

// held plays a fault that makes a deployment wait, if it strikes.
func (e *Emulator) held(ctx context.Context, name, project string) bool {
	f, hit := e.faults.Strike(name, project)
	return !hit || e.hold(ctx, f, project)
}

// lag is what is still read, or served, instead of what is true.
type lag struct {
	deployment string
	until      time.Time
}

func (l lag) on() bool { return l.until.After(time.Now()) }
