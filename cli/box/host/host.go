// Package host builds and runs what is deployed to the box, as a hosting vendor's machines would: the emulators of
// Railway and Vercel use it, each through an interface of its own.
package host

import (
	"context"
	"time"
)

// Build is one build: an archive is unpacked into a fresh folder outside the repository, and Command runs in it.
type Build struct {
	Service string            // for messages
	Archive string            // path of a tar.gz; its entries are relative, with or without "./"
	Root    string            // the folder of the archive in which Command runs, "" for its top
	Command string            // for sh -c; "" for none
	Env     map[string]string // the service's own variables, added to the allow-list
	Node    bool              // `npm ci` first, with node_modules cached by the lockfile's hash
	Say     func(line string) // each line of output, in order; never nil
}

// Output is a finished build. It stays until the box forgets it, and an equal build returns the same one.
type Output struct {
	Dir    string // the folder that the service runs in
	Cached bool   // nothing had to be built
}

// Run is one process of a service.
type Run struct {
	Service string
	Dir     string
	Command string            // split as a shell would, and executed without one
	Env     map[string]string // everything that it gets besides PATH, HOME and TMPDIR
	Drain   time.Duration     // between TERM and KILL
	Say     func(stream, line string)
}

// Process is a running service.
type Process interface {
	// Done is closed when the process, and everything that it started, is gone.
	Done() <-chan struct{}
	// Exit is the exit code after Done, or -1 when a signal ended it.
	Exit() int
	// Stop sends TERM to the whole group, waits for the drain time, sends KILL, and returns when all of it is gone.
	Stop(ctx context.Context)
}
