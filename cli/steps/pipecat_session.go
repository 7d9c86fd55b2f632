package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/smoke"
)

// The times around a session.
const (
	sessionLag = 5 * time.Second  // a session may show that late in the vendor's records
	stopWithin = 30 * time.Second // all attempts to stop it
	stopTries  = 3
	look       = time.Second
)

// Session proves that a bot really runs: a start that answered 200 only says that the vendor accepted it. The session
// is stopped in any case, for each one is billed.
func (h onPipecat) Session(ctx context.Context, id, want string, since time.Time) (err error) {
	if id == "" {
		if id, err = h.newest(ctx, since); err != nil {
			return err
		}
	}
	defer func() {
		if e := h.stop(ctx, id); e != nil && err == nil {
			err = e
		} else if e != nil {
			err = fmt.Errorf("%w; and %w", err, e)
		}
	}()
	s, err := h.find(ctx, id)
	if err != nil {
		return fmt.Errorf("the session %s cannot be found: %w", id, err)
	}
	if want != "" && s.Deployment != want {
		return fmt.Errorf("%w: deployment %s served the session, not %s", smoke.ErrAgain, s.Deployment, want)
	}
	return h.watch(ctx, id)
}

// watch looks for settle whether the session lives. The bot's log is read in any case: an exception ends the session, or
// leaves it open with nobody there, and the vendor calls either a success.
func (h onPipecat) watch(ctx context.Context, id string) error {
	var s pipecat.Session
	var readErr error
	for began := time.Now(); time.Since(began) < h.Settle && s.Ended.IsZero(); {
		if err := sleep(ctx, min(look, h.Settle)); err != nil {
			return err
		}
		var now pipecat.Session
		if now, readErr = h.c.Session(ctx, id); readErr == nil {
			s = now
		}
	}
	for try := 1; ; try++ {
		lines, err := h.c.Logs(ctx, pipecat.LogQuery{Session: id, Contains: "Exception running bot()"})
		switch {
		case err != nil:
			return fmt.Errorf("the log of session %s cannot be read: %w", id, err)
		case len(lines) > 0:
			return fmt.Errorf("the bot failed: %s", strings.TrimSpace(lines[len(lines)-1].Text))
		case s.Ended.IsZero():
			return readErr
		case try == stopTries:
			return fmt.Errorf("the session ended by itself within %s (%s)", h.Settle, s.Completion)
		}
		if err := sleep(ctx, look); err != nil { // lines may come later than the end that they explain
			return err
		}
	}
}

// find reads the session, which may not be on record yet.
func (h onPipecat) find(ctx context.Context, id string) (pipecat.Session, error) {
	for began := time.Now(); ; {
		s, err := h.c.Session(ctx, id)
		if !provider.NotFound(err) || time.Since(began) >= sessionLag {
			return s, err
		}
		if err := sleep(ctx, look); err != nil {
			return s, err
		}
	}
}

// newest finds the session that an answer without an id has just started: the only one since then. Where there are
// several, one of them is a person who talks to the bot, and nobody knows which.
func (h onPipecat) newest(ctx context.Context, since time.Time) (string, error) {
	for began := time.Now(); ; {
		all, err := h.c.Sessions(ctx, pipecat.SessionFilter{Active: true, Since: since})
		switch {
		case err != nil:
			return "", fmt.Errorf("the bot's sessions cannot be listed: %w", err)
		case len(all) == 1:
			return all[0].ID, nil
		case len(all) > 1:
			return "", fmt.Errorf("the answer names no session, and %d have begun since: none of them was stopped, for a person may be in it", len(all))
		case time.Since(began) >= sessionLag:
			return "", errors.New("the answer names no session, and the bot has no new one")
		}
		if err := sleep(ctx, look); err != nil {
			return "", err
		}
	}
}

// stop stops the session, also when the release was interrupted.
func (h onPipecat) stop(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	for try := 1; ; try++ {
		err := h.c.StopSession(ctx, id)
		if err == nil {
			return nil
		}
		if try == stopTries || sleep(ctx, look) != nil {
			return fmt.Errorf("the session %s could not be stopped: %w (%w)", id, smoke.ErrRuns, err)
		}
	}
}
