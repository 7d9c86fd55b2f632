package migrate

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"readme/cli/release"
)

const (
	dialTimeout  = 15 * time.Second
	cleanTimeout = 5 * time.Second // for what is done after the caller has cancelled

	// poolerPort is where Supabase's transaction poolers listen: two of our statements may there reach two servers.
	poolerPort = "6543"
)

// address is a checked DATABASE_URL.
type address struct {
	url    *url.URL
	secret release.Secret
}

// parse checks the address. Everything that pgx would otherwise take from PG* variables of the shell is set to what the
// address says, or to the default: a shell that knows another server must not change where a migration goes.
func parse(secret release.Secret) (address, error) {
	raw := strings.TrimSpace(secret.Reveal())
	if raw == "" {
		return address{}, badAddress("it is empty")
	}
	if strings.Contains(raw, "[YOUR-PASSWORD]") {
		return address{}, badAddress("it still holds [YOUR-PASSWORD] where the password belongs")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || strings.Contains(u.Path, "@"): // half a password, taken for the database: it is shown
		return address{}, badAddress("it cannot be read; if the password holds one of @ : / ? # % or a space, that character must be percent-encoded")
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		return address{}, badAddress("it must begin with postgres:// or postgresql://")
	case u.Hostname() == "" && u.Query().Get("host") == "":
		return address{}, badAddress("it names no host")
	case u.User.Username() == "":
		return address{}, badAddress("it names no user")
	case strings.Trim(u.Path, "/") == "":
		return address{}, badAddress("it names no database; on Supabase that is /postgres")
	}
	a := address{url: u, secret: secret}
	if u.Port() == poolerPort || u.Query().Get("port") == poolerPort {
		return address{}, a.pooled()
	}
	return a, nil
}

func badAddress(why string) *release.Fault {
	return &release.Fault{
		Title: "DATABASE_URL is not an address of Postgres", Detail: why,
		Try: "export DATABASE_URL='postgresql://USER:PASSWORD@HOST:5432/postgres'", Exit: release.ExitInvalid,
	}
}

// pooled refuses a transaction pooler and names the address beside it that keeps one session per connection.
func (a address) pooled() *release.Fault {
	u := *a.url
	u.Host = net.JoinHostPort(u.Hostname(), "5432")
	return &release.Fault{
		Title: "DATABASE_URL leads to a transaction pooler",
		Detail: "port 6543 hands each transaction to another connection; migrations need one that stays. " +
			"The same host has it on port 5432",
		Evidence: []release.Evidence{{Label: "the address to use", Lines: []string{withoutPassword(&u)}}},
		Try:      "export DATABASE_URL='" + withoutPassword(&u) + "'",
		Exit:     release.ExitInvalid,
	}
}

// withoutPassword is an address that may be shown: PASSWORD stands for the password, and there is no query.
func withoutPassword(u *url.URL) string {
	v := url.URL{Scheme: u.Scheme, User: url.User(u.User.Username()), Host: u.Host, Path: u.Path}
	if _, has := u.User.Password(); has {
		v.User = url.UserPassword(u.User.Username(), "PASSWORD")
	}
	return v.String()
}

// server is host and database, for messages.
func (a address) server() string {
	host := a.url.Host
	if host == "" {
		host = a.url.Query().Get("host")
	}
	return host + a.url.Path
}

// config is how pgx is to connect. application shows up in pg_stat_activity, where another runner finds who holds the lock.
func (a address) config(application string) (*pgx.ConnConfig, error) {
	u := *a.url
	query := u.Query()
	params := map[string]string{}
	for key := range query {
		params[key] = query.Get(key)
	}
	for key, value := range map[string]string{
		"port": cmp.Or(u.Port(), "5432"), "sslmode": a.sslmode(), "target_session_attrs": "any", "channel_binding": "prefer",
		"connect_timeout": strconv.Itoa(int(dialTimeout.Seconds())), "passfile": "",
		"sslrootcert": "", "sslcert": "", "sslkey": "", "sslpassword": "", "require_auth": "",
	} {
		if query.Get(key) == "" {
			query.Set(key, value)
		}
	}
	if u.Port() != "" {
		query.Del("port")
	}
	u.RawQuery = query.Encode()
	if _, has := u.User.Password(); !has {
		u.User = url.UserPassword(u.User.Username(), "")
	}
	cfg, err := pgx.ParseConfig(u.String())
	if err != nil {
		_, why, _ := strings.Cut(err.Error(), "`: ") // the address stands before it
		return nil, badAddress(a.scrub(why))
	}
	for key := range cfg.RuntimeParams {
		if _, ours := params[key]; !ours {
			delete(cfg.RuntimeParams, key)
		}
	}
	cfg.RuntimeParams["application_name"] = clip(application, 63)
	cfg.RuntimeParams["client_encoding"] = "UTF8"
	cfg.RuntimeParams["standard_conforming_strings"] = "on" // what the splitter relies on
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		// Tell the server, too: otherwise it goes on with a statement, and holds its locks, after we have left.
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cleanTimeout}
	}
	return cfg, nil
}

// sslmode is what the address says. Otherwise a server elsewhere must encrypt, and one on this machine may.
func (a address) sslmode() string {
	host := a.url.Hostname()
	if ip := net.ParseIP(host); host == "" || host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return "prefer"
	}
	return "require"
}

// scrub takes the password out of a text, in the spellings in which it may stand there.
func (a address) scrub(text string) string {
	password, _ := a.url.User.Password()
	spellings := []string{a.secret.Reveal(), password}
	if _, raw, ok := strings.Cut(a.url.User.String(), ":"); ok {
		spellings = append(spellings, raw)
	}
	for _, s := range spellings {
		if s != "" {
			text = strings.ReplaceAll(text, s, "•••")
		}
	}
	return urlPassword.ReplaceAllString(text, "$1•••@")
}

var urlPassword = regexp.MustCompile(`(://[^\s:/@]*:)[^\s@]*@`)

func clip(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}
