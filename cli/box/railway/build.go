package railway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"time"

	"readme/cli/box/host"
)

// pullTime is how long Railway takes to find out that an image cannot be pulled.
const pullTime = 2 * time.Second

// queue holds the deployment until it may begin: for an approval, for the check suites, for a build slot.
func (t *trip) queue(ctx context.Context) bool {
	if t.d.Status == needsApproval {
		select {
		case <-t.in.approve:
		case <-ctx.Done():
			return false
		}
	}
	waits := t.waits()
	for _, w := range waits {
		t.advance(ctx, func(d *deployment) { d.Status = w.status })
		if !sleep(ctx, w.length) {
			return false
		}
	}
	if was := t.d.Status; len(waits) > 0 || was == needsApproval || was == queued || was == waiting {
		t.advance(ctx, func(d *deployment) { d.Status = initializing })
	}
	return true
}

// snapshot is the first phase: the source is taken, and a commit fetched.
func (t *trip) snapshot(ctx context.Context) bool {
	begun := time.Now()
	if err := t.fetch(ctx); err != nil {
		if ctx.Err() == nil {
			t.e.logs.add(t.id, buildLog, "stderr", "The commit could not be fetched: "+err.Error())
			t.fail(ctx, failed, "the commit "+t.d.Commit+" could not be fetched: "+err.Error())
		}
		return false
	}
	if !t.settled {
		if !sleep(ctx, t.e.cfg.Pace-time.Since(begun)) {
			return false
		}
		t.advance(ctx, func(d *deployment) { d.complete("") })
	}
	return true
}

// fetch brings a commit's files, if they are not kept.
func (t *trip) fetch(ctx context.Context) error {
	path := t.e.archivePath(t.d.Archive)
	if _, err := os.Stat(path); err == nil || t.d.Commit == "" {
		return nil
	}
	if t.e.cfg.Forge == nil {
		return errors.New("no repository is connected")
	}
	return t.e.cfg.Forge.Archive(ctx, t.d.Repo, t.d.Commit, path)
}

// build brings the deployment to a folder that can run: a finished one again for a rollback or a return, without
// showing the phase.
func (t *trip) build(ctx context.Context) (host.Output, bool) {
	if !t.snapshot(ctx) {
		return host.Output{}, false
	}
	quiet := t.settled || t.d.Reason == reasonRollback
	begun := time.Now()
	say := func(string) {}
	if !quiet {
		t.advance(ctx, func(d *deployment) { d.Status = building; d.begin("BUILD_IMAGE") })
		say = func(line string) { t.e.logs.add(t.id, buildLog, "stdout", line) }
		if !t.builds(ctx, say) {
			return host.Output{}, false
		}
	}
	out, err := t.e.cfg.Host.Build(ctx, host.Build{
		Service: t.name, Archive: t.e.archivePath(t.d.Archive), Root: t.d.Settings.Root,
		Command: t.d.Settings.Build, Env: t.d.Variables, Say: say,
	})
	switch {
	case ctx.Err() != nil:
		return host.Output{}, false
	case err != nil:
		say("Build failed: " + err.Error())
		status := failed
		if t.settled {
			status = crashed // it was live, and cannot come back
		}
		t.fail(ctx, status, "the build failed: "+err.Error())
		return host.Output{}, false
	}
	if !quiet {
		if !sleep(ctx, t.e.cfg.Pace-time.Since(begun)) {
			return host.Output{}, false
		}
		t.advance(ctx, func(d *deployment) { d.complete("") })
	}
	return out, true
}

// pull is what comes before an image runs. There is no registry here: every image is found, unless a fault says that
// it is not.
func (t *trip) pull(ctx context.Context) bool {
	if t.settled {
		return true
	}
	if t.cannotPull() {
		if sleep(ctx, pullTime) {
			t.fail(ctx, failed, "the image "+t.d.Image+" could not be pulled")
		}
		return false
	}
	if !sleep(ctx, t.e.cfg.Pace) {
		return false
	}
	sum := sha256.Sum256([]byte(t.d.Image))
	t.advance(ctx, func(d *deployment) {
		d.complete("")
		d.Digest = "sha256:" + hex.EncodeToString(sum[:])
	})
	return true
}
