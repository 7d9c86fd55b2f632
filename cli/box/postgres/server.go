package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"readme/cli/child"
	"readme/cli/release"
)

// The role and the database of the product. The role is no superuser, as at Supabase: a superuser passes every policy.
const (
	Role     = "readme"
	Database = "readme"

	admin = "postgres"
)

// ErrPortTaken is wrapped by the error of Start when somebody else listens on the port that was asked for.
var ErrPortTaken = errors.New("the port is taken")

// ErrNoBinaries is wrapped by the error of Start when there is no Postgres on this machine and none can be fetched.
var ErrNoBinaries = errors.New("no Postgres binaries")

// Options say where a server lives and how it is found.
type Options struct {
	Dir       string         // home of the cluster: it holds the data and the lock.
	Port      int            // 0: any free one
	Ephemeral bool           // Dir must not exist, goes when the server goes, and is not safe from power cuts
	Password  release.Secret // of Role; empty: a new one at each start
	Binaries  Binaries
	Say       func(line string) // rare lines for the person who waits; nil: nobody does
}

// Server is a running Postgres that nobody else knows the password of.
type Server struct {
	dir      string
	port     int
	password release.Secret
	admin    release.Secret
	child    *child.Child
	lock     *os.File
	remove   bool
	once     sync.Once
}

// Start starts the cluster in o.Dir, makes it first if there is none, and waits until it takes connections. Role and
// Database exist then. What a person can mend is a *release.Fault.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Password.Empty() {
		o.Password = newPassword()
	}
	who, err := runAs(ctx)
	if err != nil {
		return nil, err
	}
	home, err := openHome(ctx, o, who)
	if err != nil {
		return nil, err
	}
	s, err := start(ctx, o, home)
	if err != nil {
		home.discard()
		return nil, err
	}
	return s, nil
}

// start is Start with the lock held.
func start(ctx context.Context, o Options, h *home) (*Server, error) {
	bin, err := h.binaries(ctx, o.Binaries, o.Say)
	if err != nil {
		return nil, err
	}
	if err := h.makeCluster(ctx, bin, o.Ephemeral); err != nil {
		return nil, err
	}
	secret, err := os.ReadFile(filepath.Join(h.data(), passwordFile))
	if err != nil {
		return nil, fmt.Errorf("read password of the cluster: %w", err)
	}
	s := &Server{
		dir: o.Dir, password: o.Password, admin: release.NewSecret(string(secret)), lock: h.lock, remove: o.Ephemeral,
	}
	if err := s.launch(ctx, o, h, bin); err != nil {
		return nil, err
	}
	if h.temp != nil {
		h.temp.Keep() // from here on the guard of the server sees to it
	}
	if err := s.bootstrap(ctx); err != nil {
		s.child.Stop(context.WithoutCancel(ctx))
		return nil, err
	}
	return s, nil
}

// Port is where the server listens, on 127.0.0.1.
func (s *Server) Port() int { return s.port }

// URL is the address of a database for Role, which owns Database and may make others.
func (s *Server) URL(database string) release.Secret { return s.url(Role, s.password, database) }

// AdminURL is the address of a database for the superuser. Nothing of the product gets it.
func (s *Server) AdminURL(database string) release.Secret { return s.url(admin, s.admin, database) }

func (s *Server) url(role string, password release.Secret, database string) release.Secret {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, password.Reveal()),
		Host: "127.0.0.1:" + strconv.Itoa(s.port), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return release.NewSecret(u.String())
}

// Done is closed when the server is gone, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.child.Done() }

// Stop ends all connections and the server, and deletes an ephemeral cluster. If ctx ends first, the server is killed;
// the data survive that too.
func (s *Server) Stop(ctx context.Context) error {
	var err error
	s.once.Do(func() {
		s.child.Stop(ctx)
		_ = s.lock.Close()
		if s.remove {
			err = os.RemoveAll(s.dir)
		}
	})
	if err != nil {
		return fmt.Errorf("delete the ephemeral cluster: %w", err)
	}
	return nil
}

// command is what both programs of Postgres are started with. Locale, time zone and PG variables of the person's shell
// would change what they do, so they get none.
func (h *home) command(name string, argv ...string) child.Command {
	return child.Command{
		Name: name, Argv: argv, Dir: h.dir, User: h.who,
		Env: []string{"PATH=/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" + h.dir, "LC_ALL=C"},
		// SIGINT is the fast shutdown: connections are cut, nothing is lost.
		Signal: syscall.SIGINT, Drain: 30 * time.Second,
	}
}
