package pipecat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// SetStatus is where a secret set stands.
type SetStatus string

// The statuses, in the vendor's words.
const (
	SetPending SetStatus = "pending"
	SetReady   SetStatus = "ready"
	SetFailed  SetStatus = "failed"
)

// SecretSet is what the vendor tells of a set: never its values.
type SecretSet struct {
	Name   string
	Region string
	Status SetStatus
	Why    string   // for SetFailed
	Keys   []string // sorted
}

// Secrets reads a secret set; found is false when there is none of that name.
func (c *Client) Secrets(ctx context.Context, set string) (s SecretSet, found bool, err error) {
	answer, err := c.do(ctx, provider.Call{Op: "read the secret set " + set, Method: http.MethodGet, Path: "/v1/secrets/" + url.PathEscape(set)})
	if provider.NotFound(err) {
		return SecretSet{}, false, nil
	}
	if err != nil {
		return SecretSet{}, false, err
	}
	var w struct {
		Region  string    `json:"region"`
		Status  SetStatus `json:"status"`
		Error   string    `json:"errorMessage"`
		Secrets []struct {
			Field string `json:"fieldName"`
		} `json:"secrets"`
	}
	if err := answer.Into(&w); err != nil {
		return SecretSet{}, false, fmt.Errorf("pipecat: read the secret set %s: %w", set, err)
	}
	s = SecretSet{Name: set, Region: w.Region, Status: w.Status, Why: w.Error}
	for _, k := range w.Secrets {
		s.Keys = append(s.Keys, k.Field)
	}
	slices.Sort(s.Keys)
	return s, true, nil
}

type secretWire struct {
	Key   string `json:"secretKey"`
	Value string `json:"secretValue"`
}

// PutSecrets sets keys of a set, which is made when it is missing; other keys stay. It returns when the set is
// provisioned, after two minutes at most. A new set is made in the agent's region. Running bots keep the old values
// until the next Deploy of this Client, or Restart.
func (c *Client) PutSecrets(ctx context.Context, set string, values map[string]release.Secret) error {
	if len(values) == 0 {
		return nil
	}
	call := provider.Call{Op: "write the secret set " + set, Method: http.MethodPut, Path: "/v1/secrets/" + url.PathEscape(set)}
	body := struct {
		Secrets []secretWire `json:"secrets"`
		Region  string       `json:"region,omitempty"`
	}{}
	switch s, found, err := c.Secrets(ctx, set); {
	case err != nil:
		return err
	case found:
		body.Region = s.Region // it cannot move
	default:
		if body.Region, err = c.Region(ctx); err != nil {
			return err
		}
	}
	keys := slices.Sorted(maps.Keys(values))
	for _, k := range keys {
		body.Secrets = append(body.Secrets, secretWire{Key: k, Value: values[k].Reveal()})
		call.Hide = append(call.Hide, values[k])
	}
	call.JSON = body
	for try := 1; ; try++ {
		_, err := c.do(ctx, call)
		if err == nil {
			c.write(set, keys)
			return c.provisioned(ctx, set, keys)
		}
		if provider.StatusOf(err) != http.StatusConflict || try == putAgain { // "was modified concurrently. Please retry."
			return err
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

// provisioned waits until the set is ready and holds the keys.
func (c *Client) provisioned(ctx context.Context, set string, keys []string) error {
	for began := time.Now(); ; {
		s, found, err := c.Secrets(ctx, set)
		switch {
		case err != nil:
			return err
		case found && s.Status == SetFailed:
			return fmt.Errorf("pipecat: write the secret set %s: it failed: %s", set, s.Why)
		case found && s.Status == SetReady && holds(s.Keys, keys):
			return nil
		case time.Since(began) >= setsReady && s.Status == SetReady:
			return fmt.Errorf("pipecat: write the secret set %s: it was accepted, but %s is not there", set, strings.Join(less(keys, s.Keys), ", "))
		case time.Since(began) >= setsReady:
			return errors.New("pipecat: write the secret set " + set + ": it is still not provisioned after 2 minutes")
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

func (c *Client) write(set string, keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Concat(c.wrote[set], keys)
	slices.Sort(all)
	c.wrote[set] = slices.Compact(all)
}

// read notes that a new deployment gets the set's values.
func (c *Client) read(set string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.wrote, set)
}

// Unrolled names the keys of a set that this Client has written, and that no running bot has the new value of, sorted.
func (c *Client) Unrolled(set string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.wrote[set])
}

func holds(all, some []string) bool { return len(less(some, all)) == 0 }

// less gives those of all that are not in some.
func less(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(k string) bool { return slices.Contains(some, k) })
}
