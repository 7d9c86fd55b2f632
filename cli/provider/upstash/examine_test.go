package upstash_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"readme/cli/provider"
	"readme/cli/provider/upstash"
	"readme/cli/release"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const cost = "good redis cost: idle: about 3 commands a minute, 130 thousand a month, 26 % of the free plan's 500 thousand; each job costs 4 more"

func lines(findings []provider.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, fmt.Sprintf("%s %s: %s", f.Mood, f.What, f.Text))
	}
	return out
}

func examine(t *testing.T, address string) []string {
	t.Helper()
	return lines(upstash.Examine(t.Context(), release.NewSecret(address), upstash.ProductWorker()))
}

// redisLike is a server with a password that tells about itself what info says, and its policy by CONFIG GET.
func redisLike(t *testing.T, start func() (*miniredis.Miniredis, error), info, policy string) *miniredis.Miniredis {
	t.Helper()
	m, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	m.RequireAuth("hunter2")
	if info != "" {
		m.Server().SetPreHook(func(c *server.Peer, cmd string, args ...string) bool {
			switch {
			case strings.EqualFold(cmd, "INFO"):
				c.WriteBulk(info)
			case strings.EqualFold(cmd, "CONFIG") && policy != "":
				c.WriteMapLen(1)
				c.WriteBulk("maxmemory-policy")
				c.WriteBulk(policy)
			default:
				return false
			}
			return true
		})
	}
	return m
}

func TestExamine(t *testing.T) {
	const tls, answers = "good redis TLS: on this machine, where none is needed", "good redis: 127.0.0.1 answers"
	const off = "good redis eviction: off: a full server refuses, and forgets nothing"
	const untold = "unsure redis eviction: the server does not tell whether it forgets entries when it is full; at Upstash it is off unless it was switched on"
	for name, x := range map[string]struct {
		info, policy string
		want         []string
	}{
		"all is well":           {"# Server\r\nredis_version:8.2.0\r\nmaxmemory_policy:noeviction\r\n", "", []string{"good redis version: 8.2.0", off}},
		"the policy by CONFIG":  {"redis_version:6.2.6\r\n", "noeviction", []string{"good redis version: 6.2.6", off}},
		"it forgets":            {"redis_version:7.0.15\r\n", "allkeys-lru", []string{"good redis version: 7.0.15", "warn redis eviction: allkeys-lru: a full server forgets wake-ups, which the worker's sweep has to send again; switch eviction off"}},
		"it is old":             {"redis_version:6.0.20\r\n", "noeviction", []string{"bad redis version: 6.0.20 is too old: the queue needs 6.2", off}},
		"it tells nothing":      {"", "", []string{"unsure redis version: the server does not tell it; the queue needs 6.2", untold}},
		"its version is no one": {"redis_version:next\r\n", "noeviction", []string{"unsure redis version: the server does not tell it; the queue needs 6.2", off}},
	} {
		t.Run(name, func(t *testing.T) {
			m := redisLike(t, miniredis.Run, x.info, x.policy)
			want := append(append([]string{tls, answers}, x.want...), cost)
			if diff := cmp.Diff(want, examine(t, "redis://default:hunter2@"+m.Addr())); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExamine_whatCannotBeReached(t *testing.T) {
	m := redisLike(t, miniredis.Run, "", "")
	_, port, _ := net.SplitHostPort(m.Addr())
	for name, x := range map[string]struct{ address, want string }{
		"no address":              {"hunter2", "bad redis: REDIS_URL is no address of Redis: it must look like rediss://default:password@host:6379"},
		"a port that is none":     {"rediss://:hunter2@host:port", "bad redis: REDIS_URL is no address of Redis: it must look like rediss://default:password@host:6379"},
		"Upstash without TLS":     {"redis://default:hunter2@eu1-x.upstash.io:6379", "bad redis TLS: REDIS_URL begins with redis://, and Upstash ends every connection without TLS (a reset is all one sees): write rediss://"},
		"a wrong password":        {"redis://default:hunter3@" + m.Addr(), "bad redis: 127.0.0.1 refuses the user or the password of REDIS_URL"},
		"no password":             {"redis://" + m.Addr(), "bad redis: 127.0.0.1 refuses the user or the password of REDIS_URL"},
		"TLS where there is none": {"rediss://default:hunter2@127.0.0.1:" + port, "bad redis: 127.0.0.1 "},
		"nobody there":            {"redis://default:hunter2@127.0.0.1:1", "bad redis: 127.0.0.1 does not answer: "},
		"a private network":       {"redis://default:hunter2@redis.railway.internal:6379", "unsure redis: redis.railway.internal is on the host's private network, which cannot be reached from here"},
	} {
		t.Run(name, func(t *testing.T) {
			got := examine(t, x.address)
			if all := strings.Join(got, "\n"); !strings.Contains(all, x.want) || strings.Contains(all, "hunter") {
				t.Errorf("got %s\nwant %s", all, x.want)
			}
		})
	}
}

func TestExamine_speaksTLS(t *testing.T) {
	cert, pool := secured(t)
	m := redisLike(t, func() (*miniredis.Miniredis, error) {
		return miniredis.RunTLS(&tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	}, "redis_version:8.2.0\r\nmaxmemory_policy:noeviction\r\n", "")
	address := "rediss://default:hunter2@" + m.Addr()
	if all := strings.Join(examine(t, address), "\n"); !strings.Contains(all, "certificate") || strings.Contains(all, "hunter2") {
		t.Errorf("a certificate that nobody knows: %s", all)
	}
	got := lines(upstash.ExamineWith(t.Context(), release.NewSecret(address), upstash.ProductWorker(), func(o *redis.Options) { o.TLSConfig.RootCAs = pool }))
	want := []string{
		"good redis TLS: the connection is encrypted", "good redis: 127.0.0.1 answers", "good redis version: 8.2.0",
		"good redis eviction: off: a full server refuses, and forgets nothing", cost,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestExamine_costsFewCommands(t *testing.T) {
	m := redisLike(t, miniredis.Run, "", "")
	examine(t, "redis://default:hunter2@"+m.Addr())
	if n := m.CommandCount(); n > 5 { // HELLO with the password, PING, INFO, CONFIG, and what a second try would be
		t.Errorf("%d commands", n)
	}
}

func TestIdle(t *testing.T) {
	second := upstash.Idle{Workers: 10, Block: 5 * time.Second, Claim: 30 * time.Second}
	for want, i := range map[string]upstash.Idle{
		"idle: about 3 commands a minute, 130 thousand a month, 26 % of the free plan's 500 thousand; each job costs 4 more":                             upstash.ProductWorker(),
		"idle: about 140 commands a minute, 6048 thousand a month; the free plan has 500 thousand, and without it that is $12.10; each job costs 4 more": second,
		"idle: about 0 commands a minute, 0 thousand a month, 0 % of the free plan's 500 thousand; each job costs 4 more":                                {},
	} {
		if got := i.String(); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}

// secured is a certificate for 127.0.0.1 and the pool that trusts it.
func secured(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
