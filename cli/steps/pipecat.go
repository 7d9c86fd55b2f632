package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/smoke"
)

// onPipecat is a bot at Pipecat Cloud.
type onPipecat struct {
	c      *pipecat.Client
	set    string        // the secret set that the bot reads, "" for none
	settle time.Duration // how long a session is watched for an exception
}

// OnPipecat is a bot at Pipecat Cloud, with the secret set of its pcc-deploy.toml. A session of a smoke check is
// watched for as long as settle.
func OnPipecat(c *pipecat.Client, set string, settle time.Duration) Host {
	return onPipecat{c, set, settle}
}

func (h onPipecat) Live(ctx context.Context) (provider.Deployment, error) { return h.c.Live(ctx) }

func (h onPipecat) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	return h.c.Deployment(ctx, id)
}

// Agent reads back what was last asked for.
func (h onPipecat) Agent(ctx context.Context) (pipecat.Config, bool, error) { return h.c.Agent(ctx) }

// Deploy forces a new revision where the last one of the same image did not come up: an equal order would be taken
// for what the vendor already has.
func (h onPipecat) Deploy(ctx context.Context, o Order) (string, error) {
	var cfg pipecat.Config
	if err := json.Unmarshal(o.Config, &cfg); err != nil {
		return "", err
	}
	live, err := h.c.Live(ctx)
	if err != nil {
		return "", err
	}
	force := live.ID != "" && live.State != provider.Live
	id, _, err := h.c.Deploy(ctx, cfg, force)
	return id, err
}

func (h onPipecat) Restore(ctx context.Context, to provider.Deployment, _ provider.Marker) (string, error) {
	id, _, err := h.c.Restore(ctx, pipecat.Config{Image: to.Image, Build: to.Build})
	return id, err
}

func (h onPipecat) Logs(ctx context.Context, id string, since time.Time, contains string) ([]provider.LogLine, error) {
	return h.c.Logs(ctx, pipecat.LogQuery{Deployment: id, Since: since, Contains: contains})
}

// BuildLogs gives nothing: an image that is deployed as it is was built elsewhere.
func (h onPipecat) BuildLogs(context.Context, string) ([]provider.LogLine, error) { return nil, nil }

// Variables gives the names in the bot's secret set; the vendor never gives a value back.
func (h onPipecat) Variables(ctx context.Context) (map[string]*string, error) {
	names := map[string]*string{}
	if h.set == "" {
		return names, nil
	}
	set, found, err := h.c.Secrets(ctx, h.set)
	if err != nil || !found {
		return names, err
	}
	for _, k := range set.Keys {
		names[k] = nil
	}
	return names, nil
}

// Session proves that a bot really runs: a start that answered 200 only says that the vendor accepted it. The session
// is stopped in any case, for each one is billed.
func (h onPipecat) Session(ctx context.Context, id, want string) (err error) {
	if id == "" {
		if id, err = h.newest(ctx); err != nil {
			return err
		}
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		if e := h.c.StopSession(stop, id); e != nil && err == nil {
			err = fmt.Errorf("the session %s could not be stopped, and is billed until it ends: %w", id, e)
		}
	}()
	s, err := h.c.Session(ctx, id)
	if err != nil {
		return fmt.Errorf("the session %s cannot be found: %w", id, err)
	}
	if want != "" && s.Deployment != want {
		return fmt.Errorf("%w: deployment %s served the session, not %s", smoke.ErrAgain, s.Deployment, want)
	}
	if err := sleep(ctx, h.settle); err != nil {
		return err
	}
	lines, err := h.c.Logs(ctx, pipecat.LogQuery{Session: id, Contains: "Exception running bot()"})
	if err != nil {
		return fmt.Errorf("the log of session %s cannot be read: %w", id, err)
	}
	if len(lines) > 0 {
		return fmt.Errorf("the bot failed: %s", strings.TrimSpace(lines[len(lines)-1].Text))
	}
	if s, err = h.c.Session(ctx, id); err == nil && !s.Ended.IsZero() {
		return fmt.Errorf("the session ended by itself within %s (%s)", h.settle, s.Completion)
	}
	return err
}

// newest finds the session that an answer without an id has just started.
func (h onPipecat) newest(ctx context.Context) (string, error) {
	const justNow = 2 * time.Minute
	all, err := h.c.Sessions(ctx, pipecat.SessionFilter{Active: true, Since: time.Now().Add(-justNow)})
	if err != nil {
		return "", fmt.Errorf("the bot's sessions cannot be listed: %w", err)
	}
	if len(all) == 0 {
		return "", errors.New("the answer names no session, and the bot has no new one")
	}
	return all[0].ID, nil
}
