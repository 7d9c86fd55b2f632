package pipecat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// The times of a cloud build.
const (
	buildWait   = 10 * time.Minute // the vendor's own tools wait as long
	buildErrors = 5                // answers in a row that may be none
	lastLines   = 12
)

// BuildStatus is where a cloud build stands.
type BuildStatus string

// The statuses, in the vendor's words.
const (
	BuildPending BuildStatus = "pending"
	BuildRunning BuildStatus = "building"
	BuildSuccess BuildStatus = "success"
	BuildFailed  BuildStatus = "failed"
	BuildTimeout BuildStatus = "timeout"
)

// Build is a cloud build as the vendor records it.
type Build struct {
	ID         string      `json:"id"`
	Status     BuildStatus `json:"status"`
	Hash       string      `json:"contextHash"`
	Region     string      `json:"region"`
	Dockerfile string      `json:"dockerfilePath"`
	Why        string      `json:"errorMessage"`
	Created    time.Time   `json:"createdAt"`
}

func (b Build) over() bool {
	return b.Status == BuildSuccess || b.Status == BuildFailed || b.Status == BuildTimeout
}

// BuildOrder asks for a build.
type BuildOrder struct {
	Archive    string  // path of the tar.gz
	Context    Context // of that archive, by ReadContext
	Dockerfile string  // relative to the context
	Region     string  // of the agent: a build cannot leave its region; "" is where the agent is, or will be

	Doing func(what string) // hears what goes on; may be nil
	Say   func(line string) // hears each line of the build's log, once; may be nil
}

func (o BuildOrder) doing(what string) {
	if o.Doing != nil {
		o.Doing(what)
	}
}

// BuildError is a build that did not become an image.
type BuildError struct {
	ID     string
	Status BuildStatus // BuildRunning: it is still on its way, and we stopped waiting
	Why    string
	Last   []string // the end of its log
}

func (e *BuildError) Error() string {
	switch e.Status {
	case BuildPending, BuildRunning:
		return fmt.Sprintf("pipecat: build %s is not over after %s; it may still end, and the next release takes it up then", e.ID, buildWait)
	case BuildTimeout:
		return fmt.Sprintf("pipecat: build %s took longer than the vendor allows%s", e.ID, because(e.Why))
	case BuildFailed, BuildSuccess:
	}
	return fmt.Sprintf("pipecat: build %s failed%s", e.ID, because(e.Why))
}

// Evidence is the end of the build's log, for a Fault.
func (e *BuildError) Evidence() release.Evidence {
	return release.Evidence{Label: "the last lines of its build", Lines: e.Last}
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// Build gives a build of this very context: one that the vendor has already (cached), one that is on its way, or a new
// one, and waits up to ten minutes until it has succeeded. It never starts a second one while the first may exist. A
// build that ended badly is a *BuildError.
func (c *Client) Build(ctx context.Context, o BuildOrder) (id string, cached bool, err error) {
	if o.Region == "" {
		if o.Region, err = c.Region(ctx); err != nil {
			return "", false, err
		}
	}
	o.doing("looks for a build of these files")
	b, found, err := c.findBuild(ctx, o)
	if err != nil {
		return "", false, err
	}
	if found && b.Status == BuildSuccess {
		return b.ID, true, nil
	}
	if !found {
		if b, cached, err = c.startBuild(ctx, o); err != nil {
			return "", false, err
		}
	}
	if err := c.awaitBuild(ctx, o, b); err != nil {
		return "", false, err
	}
	return b.ID, cached, nil
}

// findBuild looks for a build of the context that has succeeded, or else for one that is on its way.
func (c *Client) findBuild(ctx context.Context, o BuildOrder) (best Build, found bool, err error) {
	for _, hash := range []string{o.Context.Hash, o.Context.other} {
		if hash == "" {
			continue
		}
		list, err := c.builds(ctx, hash, o.Region)
		if err != nil {
			return Build{}, false, err
		}
		for _, b := range list {
			if b.ID == "" || !o.fits(b) {
				continue
			}
			if b.Status == BuildSuccess {
				return b, true, nil
			}
			// One that was begun long ago and never ended is none to wait for.
			if !b.over() && !found && time.Since(b.Created) < 2*buildWait {
				best, found = b, true
			}
		}
	}
	return best, found, nil
}

// fits compares what the vendor may not have looked at.
func (o BuildOrder) fits(b Build) bool {
	return o.Context.Is(b.Hash) && (b.Region == "" || o.Region == "" || b.Region == o.Region) &&
		(b.Dockerfile == "" || o.Dockerfile == "" || b.Dockerfile == o.Dockerfile)
}

// builds lists the builds of a context, the newest first.
func (c *Client) builds(ctx context.Context, hash, region string) ([]Build, error) {
	q := url.Values{"contextHash": {hash}, "limit": {strconv.Itoa(pageSize)}}
	if region != "" {
		q.Set("region", region)
	}
	answer, err := c.do(ctx, provider.Call{Op: "list the builds", Method: http.MethodGet, Path: "/v1/builds", Query: q})
	if err != nil {
		return nil, err
	}
	var page struct {
		Builds []Build `json:"builds"`
	}
	if err := answer.Into(&page); err != nil {
		return nil, fmt.Errorf("pipecat: list the builds: %w", err)
	}
	slices.SortStableFunc(page.Builds, func(a, b Build) int { return b.Created.Compare(a.Created) })
	return page.Builds, nil
}

// ReadBuild reads one build. provider.NotFound tells that there is none.
func (c *Client) ReadBuild(ctx context.Context, id string) (Build, error) {
	answer, err := c.do(ctx, provider.Call{Op: "read the build " + id, Method: http.MethodGet, Path: "/v1/builds/" + url.PathEscape(id)})
	if err != nil {
		return Build{}, err
	}
	var w struct {
		Build Build `json:"build"`
	}
	if err := answer.Into(&w); err != nil {
		return Build{}, fmt.Errorf("pipecat: read the build %s: %w", id, err)
	}
	if w.Build.Status == "" {
		return Build{}, fmt.Errorf("pipecat: read the build %s: the answer is no build", id)
	}
	w.Build.ID = id
	return w.Build, nil
}

// BuildLog reads what a build has written, at most 10,000 lines.
func (c *Client) BuildLog(ctx context.Context, id string) ([]string, error) {
	answer, err := c.do(ctx, provider.Call{
		Op: "read the log of build " + id, Method: http.MethodGet, Path: "/v1/builds/" + url.PathEscape(id) + "/logs", Query: url.Values{"limit": {"10000"}},
	})
	if err != nil {
		return nil, err
	}
	var w struct {
		Logs []string `json:"logs"`
	}
	if err := answer.Into(&w); err != nil {
		return nil, fmt.Errorf("pipecat: read the log of build %s: %w", id, err)
	}
	return w.Logs, nil
}

// awaitBuild follows a build to its end, and tells its log on the way.
func (c *Client) awaitBuild(ctx context.Context, o BuildOrder, b Build) error {
	var log teller
	failing := 0
	for began := time.Now(); ; {
		o.doing("build " + b.ID + " " + string(b.Status))
		log.tell(ctx, c, b.ID, o.Say)
		switch {
		case b.Status == BuildSuccess:
			return nil
		case b.over() || time.Since(began) >= buildWait:
			return &BuildError{ID: b.ID, Status: b.Status, Why: b.Why, Last: log.last()}
		}
		if err := pause(ctx, poll); err != nil {
			return err
		}
		now, err := c.ReadBuild(ctx, b.ID)
		switch status := provider.StatusOf(err); {
		case err == nil:
			b, failing = now, 0
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case status == http.StatusUnauthorized || status == http.StatusForbidden:
			return err
		default:
			if failing++; failing >= buildErrors {
				return errors.Join(fmt.Errorf("pipecat: build %s cannot be followed; it may still end, and the next release takes it up then", b.ID), err)
			}
		}
	}
}

// teller tells a log as it grows. That it cannot be read is nobody's concern: no verdict comes from a log.
type teller struct{ lines []string }

func (l *teller) tell(ctx context.Context, c *Client, id string, say func(string)) {
	lines, err := c.BuildLog(ctx, id)
	if err != nil || len(lines) < len(l.lines) {
		return
	}
	if say != nil {
		for _, line := range lines[len(l.lines):] {
			say(line)
		}
	}
	l.lines = lines
}

func (l *teller) last() []string { return l.lines[max(0, len(l.lines)-lastLines):] }
