package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// Patience is how long sending may take in all: a release is over by then, and somebody waits for its last line.
const Patience = 10 * time.Second

// Channel is one place where people are told.
type Channel struct {
	Name    string         // slack or ntfy, which is also what it speaks
	Address release.Secret // of the webhook, or of the topic: whoever has it can write there

	Transport http.RoundTripper // nil for the usual one; tests pass an in-memory one
}

// Send tells all channels at once, each by one POST that is never repeated: a message twice is worse than none. The errors
// hold no address. They arrive in the order of the channels.
func Send(ctx context.Context, channels []Channel, m Message) []error {
	ctx, cancel := context.WithTimeoutCause(ctx, Patience, fmt.Errorf("no answer within %s", Patience))
	defer cancel()
	found := make([]error, len(channels))
	var all sync.WaitGroup
	for i, c := range channels {
		all.Go(func() { found[i] = c.send(ctx, m) })
	}
	all.Wait()
	var errs []error
	for i, err := range found {
		if err != nil {
			errs = append(errs, fmt.Errorf("tell %s: %w", channels[i].Name, err))
		}
	}
	return errs
}

func (c Channel) send(ctx context.Context, m Message) error {
	u, err := url.Parse(strings.TrimSpace(c.Address.Reveal()))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return errors.New("its address is no http(s) address") // not the parser's error, which quotes it
	}
	door, err := provider.NewDoor(provider.Options{
		Vendor: c.Name, Base: u.Scheme + "://" + u.Host, Timeout: 2 * Patience, // ctx ends before, and says why
		Header: func(h http.Header) { credentials(h, u) }, Transport: c.Transport,
	})
	if err != nil {
		return err
	}
	defer door.Close()
	call := provider.Call{Op: "send the message", Method: http.MethodPost, Path: u.EscapedPath(), Query: u.Query(), Hide: hide(c.Address, u)}
	if c.Name == "ntfy" {
		server, topic := path.Split(strings.TrimRight(u.Path, "/"))
		if topic == "" {
			return errors.New("its address names no topic")
		}
		call.Path, call.JSON = (&url.URL{Path: server}).EscapedPath(), ntfyJSON(m, topic)
	} else {
		call.JSON = slackJSON(m)
	}
	_, err = door.Do(ctx, call)
	return err
}

// credentials are those that an address may hold: name and password, or with no name a token.
func credentials(h http.Header, u *url.URL) {
	password, given := u.User.Password()
	switch {
	case u.User == nil:
	case u.User.Username() == "" && given:
		h.Set("Authorization", "Bearer "+password)
	default:
		r := http.Request{Header: h}
		r.SetBasicAuth(u.User.Username(), password)
	}
}

// hide lists all of an address that an answer might quote: the whole, the path, each part of it, and what follows it.
func hide(address release.Secret, u *url.URL) []release.Secret {
	texts := []string{address.Reveal(), u.Path, u.EscapedPath(), u.RawQuery}
	texts = append(texts, strings.Split(u.Path, "/")...)
	texts = append(texts, strings.Split(u.EscapedPath(), "/")...)
	for _, values := range u.Query() {
		texts = append(texts, values...)
	}
	if password, ok := u.User.Password(); ok {
		texts = append(texts, password)
	}
	var out []release.Secret
	for _, t := range texts {
		out = append(out, release.NewSecret(t))
	}
	return out
}
