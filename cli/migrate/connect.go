package migrate

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"readme/cli/release"
)

// connect opens one connection. notice gets what the server remarks; nil drops it.
func (a address) connect(ctx context.Context, application string, notice func(string)) (*pgx.Conn, error) {
	cfg, err := a.config(application)
	if err != nil {
		return nil, err
	}
	if notice != nil {
		cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
			notice(strings.ToLower(n.Severity) + ": " + n.Message)
		}
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, context.Cause(ctx)
		}
		return nil, a.unreachable(err)
	}
	return conn, nil
}

// leave closes a connection, also when ctx is over.
func leave(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTimeout)
	defer cancel()
	_ = conn.Close(ctx) // nothing is open on it that closing could lose
}

// unreachable says why a connection did not come about, or broke before anything was done on it.
func (a address) unreachable(err error) *release.Fault {
	f := &release.Fault{
		Title:    "Postgres at " + a.server() + " cannot be reached",
		Evidence: []release.Evidence{{Label: "the driver says", Lines: []string{a.scrub(lastCause(err))}}},
		Try:      "readme-ops doctor",
		Exit:     release.ExitStepFailed,
		Cause:    err,
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		f.Title = "Postgres at " + a.server() + " turned us away"
		f.Evidence = []release.Evidence{{Label: "the server says", Lines: []string{a.scrub(pg.Error())}}}
		f.Detail = a.turnedAway(pg)
		return f
	}
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(err, &dns):
		f.Detail = "its name does not resolve"
		if strings.HasPrefix(a.url.Hostname(), "db.") && strings.HasSuffix(a.url.Hostname(), ".supabase.co") {
			f.Detail += "; Supabase's direct address has IPv6 only: where there is none, use the session pooler's address (…pooler.supabase.com:5432)"
		}
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Detail = "nothing listens there, or a firewall refuses us"
	case errors.Is(err, syscall.ENETUNREACH):
		f.Detail = "there is no way to its network; Supabase's direct address has IPv6 only: use the session pooler's address"
	case errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &netErr) && netErr.Timeout()):
		f.Detail = "no answer within " + release.Took(dialTimeout.Milliseconds())
	case strings.Contains(err.Error(), "tls") || strings.Contains(err.Error(), "TLS"):
		f.Detail = "the connection could not be encrypted; sslmode=disable in the address allows a plain one"
	}
	return f
}

// turnedAway maps the refusals of Postgres and of Supabase's pooler to what helps.
func (a address) turnedAway(pg *pgconn.PgError) string {
	user := a.url.User.Username()
	switch {
	case strings.Contains(pg.Message, "Tenant or user not found"):
		return "the pooler does not know the user " + user + ": it must be postgres.<project ref>, and the host that of the project's region"
	case strings.Contains(pg.Message, "not in tenant allow_list"):
		return "the project's network restrictions do not allow this machine"
	case pg.Code == "28P01":
		return "the password of " + user + " is wrong"
	case pg.Code == "28000":
		return "the server's rules do not let " + user + " in from here"
	case pg.Code == "3D000":
		return "the database " + strings.Trim(a.url.Path, "/") + " does not exist"
	case pg.Code == "53300" || strings.Contains(pg.Message, "Max client connections"):
		return "all its connections are in use"
	case pg.Code == "57P03":
		return "it is starting or stopping; wait a moment"
	}
	return ""
}

// lastCause is the innermost text of a connection error: the layers above repeat the address.
func lastCause(err error) string {
	for {
		var next error
		switch e := err.(type) { //nolint:errorlint // it walks the chain itself, a layer at a time
		case interface{ Unwrap() error }:
			next = e.Unwrap()
		case interface{ Unwrap() []error }:
			if all := e.Unwrap(); len(all) > 0 {
				next = all[len(all)-1]
			}
		}
		if _, isSyscall := next.(syscall.Errno); next == nil || isSyscall { //nolint:errorlint // as above
			return err.Error()
		}
		err = next
	}
}

// pause waits for d, or until ctx is over.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
