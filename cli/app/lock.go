package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"readme/cli/ledger"
	"readme/cli/release"
)

// lock takes the environment's lock for a run, over a holder that is provably gone. It makes the record's schema, so it is for
// after the approval. Where somebody else holds it the error is a *ledger.HeldError, which heldFault words.
func (w *world) lock(ctx context.Context, run string) (*ledger.Lease, error) {
	db, us := w.record(), w.app.holder(run)
	if err := db.Prepare(ctx); err != nil {
		return nil, err
	}
	orphaned := ledger.Orphaned(w.project.runs(), us.Host)
	lease, err := db.AcquireOver(ctx, us, func(h ledger.Holder) bool {
		gone := orphaned(h)
		if gone {
			w.app.say("run %s held the lock of %s and its process is gone: the lock is taken over", h.Run, w.env.Name)
		}
		return gone
	})
	if err == nil {
		w.recallAgain(ctx)
	}
	return lease, err
}

// lockOrFault is lock for those who do not wait.
func (w *world) lockOrFault(ctx context.Context, run string) (*ledger.Lease, error) {
	lease, err := w.lock(ctx, run)
	if held, is := errors.AsType[*ledger.HeldError](err); is {
		return nil, heldFault(w.env.Name, held.Holder)
	}
	return lease, err
}

// lockToResume takes the lock for a run that is to be continued. The process that began it may have been killed on another
// machine, which nobody can see from here: then its lease ends by itself, within its time. One that is renewed meanwhile is
// held by a living process.
func (w *world) lockToResume(ctx context.Context, run string) (*ledger.Lease, error) {
	const look = time.Second
	var seen *ledger.Holder
	for {
		lease, err := w.lock(ctx, run)
		held, is := errors.AsType[*ledger.HeldError](err)
		switch {
		case !is:
			return lease, err
		case held.Holder.Run != run || (seen != nil && !seen.Renewed.Equal(held.Holder.Renewed)):
			return nil, heldFault(w.env.Name, held.Holder)
		case seen == nil:
			seen = &held.Holder
			w.app.say("%s on %s held the lock of %s and may be gone: its lease ends in %s, waiting for that",
				seen.Owner, seen.Host, w.env.Name, whole(seen.Left))
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(min(look, max(held.Holder.Left, look/10))):
		}
	}
}

// unlock gives the lock back, however the run has ended. Where the database is away the lease ends by itself.
func unlock(ctx context.Context, lease *ledger.Lease) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_ = lease.Release(ctx)
}

// holder is this process, as it stands in the lease.
func (a *app) holder(run string) ledger.Holder {
	host, _ := os.Hostname() // without a name nobody is ever provably gone
	return ledger.Holder{Run: run, Owner: a.sys.who(), Host: host, PID: os.Getpid(), CI: a.sys.ciRun()}
}

// ciRun is the address of the CI run that this process belongs to, "" for none.
func (s System) ciRun() string {
	server, repo, id := s.Get("GITHUB_SERVER_URL"), s.Get("GITHUB_REPOSITORY"), s.Get("GITHUB_RUN_ID")
	if server == "" || repo == "" || id == "" {
		return ""
	}
	return server + "/" + repo + "/actions/runs/" + id
}

// heldFault says who holds the lock.
func heldFault(env string, h ledger.Holder) *release.Fault {
	return &release.Fault{
		Title:    "another release holds the lock of " + env,
		Detail:   "nothing was changed; it goes on by itself, and its lease ends soon after it has died",
		Evidence: []release.Evidence{{Label: "who holds it", Lines: holderLines(h)}},
		Try:      "readme-ops unlock --if-stale --env " + release.ShellWord(env), Exit: release.ExitLocked,
	}
}

func holderLines(h ledger.Holder) []string {
	lines := []string{
		"run " + h.Run,
		fmt.Sprintf("by %s on %s, process %d", h.Owner, h.Host, h.PID),
	}
	if h.CI != "" {
		lines = append(lines, "in "+h.CI)
	}
	if h.Step != "" {
		lines = append(lines, "at step "+h.Step)
	}
	return append(lines,
		fmt.Sprintf("since %s, for %s", h.Acquired.Local().Format("2006-01-02 15:04:05"), whole(h.Age)),
		fmt.Sprintf("its lease expires in %s unless it is renewed", whole(h.Left)))
}

// whole writes a duration in whole seconds, at least one.
func whole(d time.Duration) string {
	return max(time.Second, d.Round(time.Second)).String()
}

// say tells the person something beside the results.
func (a *app) say(format string, args ...any) {
	_, _ = fmt.Fprintln(a.sys.Err, release.Printable(fmt.Sprintf(format, args...)))
}
