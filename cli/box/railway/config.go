package railway

import (
	"context"
	"net"
	"time"

	"readme/cli/box/forge"
	"readme/cli/box/host"
)

// Host builds and runs what is deployed.
type Host interface {
	Build(ctx context.Context, b host.Build) (host.Output, error)
	Start(ctx context.Context, r host.Run) (host.Process, error)
}

// Forge is where commits come from: the Git hosting that services are connected to.
type Forge interface {
	// Commit looks a commit up by sha or branch; forge.ErrNoRepository and forge.ErrNoCommit say what is not there.
	Commit(ctx context.Context, repo, ref string) (forge.Commit, error)
	// Archive writes the commit's files as a tar.gz to path, which appears only when it is whole.
	Archive(ctx context.Context, repo, sha, path string) error
}

// Config is what the emulator needs. Names are those that a person would have typed into the dashboard.
type Config struct {
	Dir            string    // the emulator's own; made if missing
	AccountToken   string    // a token for the whole account, or "" for none
	WorkspaceToken string    // a token for its one workspace, or "" for none
	Projects       []Project // what is not there yet is made; what is, stays
	Forge          Forge     // nil: no repository can be connected
	Host           Host

	// Edge gives the listener on which a public service is reached from outside. A second domain of a service is asked
	// for as "api-2". Nil: nothing is reached.
	Edge func(project, environment, service string) (net.Listener, error)
	// Dial reaches a process, for health checks and the edge. Nil: the network's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Pace is the least time that each phase of a deployment takes.
	Pace time.Duration
}

// Project is a project of the account.
type Project struct {
	ID           string // "" is drawn once and kept
	Name         string
	Environments []Environment // the first one is the project's base environment
}

// Environment is an environment of a project. A service that one environment names is there in all of them, as at
// Railway, with an instance of its own in each.
type Environment struct {
	ID       string // "" is drawn once and kept
	Name     string
	Token    string // the project token that is bound to it, or "" for none
	Services []Service
}

// Service is a service as it is set up in one environment before the first deployment.
type Service struct {
	Name      string
	Variables map[string]string
	Public    bool   // it has a domain
	Repo      string // "owner/name" that it is connected to, with automatic deploys on; "" for none
	Branch    string // of Repo; "" for the default one
}

// Place names a service in one environment. "" for Project or Environment means the first one.
type Place struct{ Project, Environment, Service string }
