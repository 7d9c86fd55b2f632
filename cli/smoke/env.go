package smoke

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// Env is what checks need from outside. A field that a check needs and that is nil makes that check fail and say so.
type Env struct {
	Environment string                                    // the environment's name, for the commands of try: lines
	Lookup      func(name string) (value string, ok bool) // references; it may give secrets
	Secrets     []release.Secret                          // masked in everything that is shown or returned, captures excepted
	HTTP        http.RoundTripper                         // nil means http.DefaultTransport
	Headers     func(*url.URL) http.Header                // added to each request to that address, such as a protection bypass; may be nil
	Began       time.Time                                 // when the checks of this run began: older log lines do not count

	// Open gives a file that a form sends, and its size.
	Open func(path string) (io.ReadCloser, int64, error)
	// Logs gives lines of a service's log, oldest first, of the deployment of this release only. contains may be
	// used to ask the vendor for less; the check looks at the lines itself.
	Logs func(ctx context.Context, service string, since time.Time, contains string) ([]provider.LogLine, error)
	// Query runs one read-only statement and gives its first row's first column as text.
	Query func(ctx context.Context, sql string) (string, error)
	// Session looks a started session up at the service's provider, and stops it in any case, by a deadline of its
	// own. It is called once for each answer that may have started one, also after a check has failed: then its error
	// is dropped. id is "" where the answer did not say it; since is when the request was sent, for no older session is
	// this one. An error that wraps ErrAgain lets the check start another.
	Session func(ctx context.Context, service, id string, since time.Time) error
	// Attempt hears of each attempt, masked. May be nil.
	Attempt func(release.CheckResult)
}

// ErrAgain marks an error of Env.Session after which it makes sense to start another session: an older deployment
// served this one.
var ErrAgain = errors.New("try again")

// ErrRuns marks an error of Env.Session that leaves the session running, and billed.
var ErrRuns = errors.New("it runs on, and is billed until it ends")

// Result is what a check has found. On failure only Took and Attempts are set.
type Result struct {
	Captures map[string]string
	Took     time.Duration
	Attempts int
	Saw      string // "200 OK"
}

const (
	defaultWithin  = 30 * time.Second
	firstWait      = 200 * time.Millisecond
	longestWait    = 2 * time.Second
	attemptTimeout = 10 * time.Second // of a request that may be sent again; another one has the check's whole time
	lastLook       = 5 * time.Second  // for what is done when the check's time is over
	maxSessions    = 3                // how many bot sessions one check may start
	sessionWait    = 5 * time.Second  // before another session: a deployment is not replaced in a blink
	maxBody        = 1 << 20
)

// lookup is Lookup, or knows nothing.
func (e Env) lookup(name string) (string, bool) {
	if e.Lookup == nil {
		return "", false
	}
	return e.Lookup(name)
}

// flag is what a command needs to mean this environment.
func (e Env) flag() string {
	if e.Environment == "" {
		return ""
	}
	return " --env " + e.Environment
}
