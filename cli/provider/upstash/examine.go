// Package upstash looks at the queue's Redis for doctor: Upstash, which takes TLS only and bills each command, or
// another one.
package upstash

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"readme/cli/provider"
	"readme/cli/release"
)

// patience is the time for all that Examine asks.
const patience = 15 * time.Second

// Examine says whether the address has TLS, whether Redis answers, its version, whether it throws entries away when it
// is full, and what the workers cost while idle. It changes nothing, and costs about four commands. No finding holds
// the password.
func Examine(ctx context.Context, address release.Secret, worker Idle) []provider.Finding {
	return examine(ctx, address, worker, func(*redis.Options) {})
}

func examine(ctx context.Context, address release.Secret, worker Idle, adjust func(*redis.Options)) []provider.Finding {
	raw := strings.TrimSpace(address.Reveal())
	opt, err := redis.ParseURL(raw)
	u, urlErr := url.Parse(raw)
	if err != nil || urlErr != nil || u.Hostname() == "" { // neither error is shown: both may quote the address
		return []provider.Finding{{
			What: "redis", Mood: provider.Bad, Text: "REDIS_URL is no address of Redis: it must look like rediss://default:password@host:6379",
		}}
	}
	out := []provider.Finding{encryption(u)}
	if out[0].Mood == provider.Bad { // nobody would answer, and the password would travel in the clear
		return append(out, cost(worker))
	}
	adjust(opt)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := dial(ctx, opt)
	if err != nil {
		return append(out, silent(u, err), cost(worker))
	}
	r := reach(opt, conn)
	defer func() { _ = r.Close() }()
	if err := r.Ping(ctx).Err(); err != nil {
		return append(out, silent(u, err), cost(worker))
	}
	out = append(out, provider.Finding{What: "redis", Mood: provider.Good, Text: u.Hostname() + " answers"})
	out = append(out, about(ctx, r)...)
	return append(out, cost(worker))
}

// dial makes the connection that reach uses: the library's own pool would write each failure to stderr.
func dial(ctx context.Context, opt *redis.Options) (net.Conn, error) {
	plain := &net.Dialer{Timeout: patience / 3}
	if opt.TLSConfig != nil {
		return (&tls.Dialer{NetDialer: plain, Config: opt.TLSConfig}).DialContext(ctx, opt.Network, opt.Addr)
	}
	return plain.DialContext(ctx, opt.Network, opt.Addr)
}

// reach makes a client of this one connection, which spends no command on introducing itself.
func reach(opt *redis.Options, conn net.Conn) *redis.Client {
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	opt.PoolSize, opt.MaxRetries, opt.DialerRetries = 1, -1, 1
	opt.ReadTimeout, opt.WriteTimeout = patience/3, patience/3
	opt.ContextTimeoutEnabled = true
	opt.Dialer = func(context.Context, string, string) (net.Conn, error) {
		if conn == nil {
			return nil, net.ErrClosed
		}
		only := conn
		conn = nil
		return only, nil
	}
	return redis.NewClient(opt)
}

func encryption(u *url.URL) provider.Finding {
	f := provider.Finding{What: "redis TLS", Mood: provider.Good, Text: "the connection is encrypted"}
	host := u.Hostname()
	ip := net.ParseIP(host)
	switch {
	case u.Scheme == "rediss":
	case host == "localhost" || ip != nil && ip.IsLoopback():
		f.Text = "on this machine, where none is needed"
	case strings.HasSuffix(host, ".upstash.io"):
		f.Mood = provider.Bad
		f.Text = "REDIS_URL begins with redis://, and Upstash ends every connection without TLS (a reset is all one sees): write rediss://"
	case strings.HasSuffix(host, ".internal") || ip != nil && ip.IsPrivate():
		f.Text = "a private network, without TLS"
	default:
		f.Mood, f.Text = provider.Warn, "REDIS_URL begins with redis://: the password and the jobs travel in the clear; write rediss:// if the host takes it"
	}
	return f
}

// silent says why nothing answered.
func silent(u *url.URL, err error) provider.Finding {
	f := provider.Finding{What: "redis", Mood: provider.Bad}
	why := err.Error()
	switch {
	case strings.HasSuffix(u.Hostname(), ".internal"):
		f.Mood, f.Text = provider.Unsure, u.Hostname()+" is on the host's private network, which cannot be reached from here"
		return f
	case redis.HasErrorPrefix(err, "WRONGPASS"), redis.HasErrorPrefix(err, "NOAUTH"), strings.Contains(why, "invalid password"):
		f.Text = u.Hostname() + " refuses the user or the password of REDIS_URL"
		return f
	case strings.Contains(why, "first record does not look like a TLS handshake"):
		f.Text = u.Hostname() + " answers without TLS, and REDIS_URL begins with rediss://"
		return f
	}
	if password, ok := u.User.Password(); ok && password != "" {
		why = strings.ReplaceAll(why, password, "•••")
	}
	f.Text = u.Hostname() + " does not answer: " + why
	return f
}

func cost(worker Idle) provider.Finding {
	f := provider.Finding{What: "redis cost", Mood: provider.Good, Text: worker.String()}
	if worker.PerMonth() > freePlan {
		f.Mood = provider.Warn
	}
	return f
}
