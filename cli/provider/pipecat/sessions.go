package pipecat

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"readme/cli/provider"
)

// Session is one conversation with the bot.
type Session struct {
	ID         string
	Deployment string // the deployment that serves it: old ones do until the new revision is healthy
	Started    time.Time
	Ended      time.Time // zero while it runs
	ColdStart  bool      // no idle agent was there
	BotStart   time.Duration
	Completion string // HTTP_COMPLETED, HTTP_ERROR ...; says nothing about exceptions in the bot
}

// SessionFilter narrows Sessions; its zero value takes all.
type SessionFilter struct {
	Active     bool // only those that run
	Deployment string
	Since      time.Time // by our clock, of which the vendor's may differ
}

type sessionWire struct {
	ID         string     `json:"sessionId"`
	Deployment string     `json:"deploymentId"`
	CreatedAt  time.Time  `json:"createdAt"`
	EndedAt    *time.Time `json:"endedAt"`
	ColdStart  *bool      `json:"coldStart"`
	BotStart   *int       `json:"botStartSeconds"`
	Completion *string    `json:"completionStatus"`
}

func (w sessionWire) session() Session {
	s := Session{ID: w.ID, Deployment: w.Deployment, Started: w.CreatedAt}
	if w.EndedAt != nil {
		s.Ended = *w.EndedAt
	}
	if w.ColdStart != nil {
		s.ColdStart = *w.ColdStart
	}
	if w.BotStart != nil {
		s.BotStart = time.Duration(*w.BotStart) * time.Second
	}
	if w.Completion != nil {
		s.Completion = *w.Completion
	}
	return s
}

// Session reads one session. provider.NotFound tells that there is none.
func (c *Client) Session(ctx context.Context, id string) (Session, error) {
	answer, err := c.do(ctx, provider.Call{Op: "read the session " + id, Method: http.MethodGet, Path: c.path("sessions", id)})
	if err != nil {
		return Session{}, err
	}
	var w sessionWire
	if err := answer.Into(&w); err != nil {
		return Session{}, fmt.Errorf("pipecat: read the session %s: %w", id, err)
	}
	return w.session(), nil
}

// The bounds of a listing.
const (
	pageSize = 100
	maxPages = 20
)

// Sessions lists sessions, the newest first, at most 2,000.
func (c *Client) Sessions(ctx context.Context, f SessionFilter) ([]Session, error) {
	q := url.Values{"limit": {strconv.Itoa(pageSize)}, "status": {"all"}}
	if f.Active {
		q.Set("status", "active")
	}
	if f.Deployment != "" {
		q.Set("deploymentId", f.Deployment)
	}
	if !f.Since.IsZero() {
		q.Set("startTime", strconv.FormatInt(f.Since.Add(-mostSkew).Unix(), 10)) // the rest is cut below
	}
	var all []Session
	for range maxPages {
		q.Set("offset", strconv.Itoa(len(all)))
		answer, err := c.do(ctx, provider.Call{Op: "list the sessions of " + c.agent, Method: http.MethodGet, Path: c.path("sessions"), Query: q})
		if err != nil {
			return nil, err
		}
		if offset := len(all); offset == 0 {
			f.Since = theirs(f.Since, answer.Header)
		}
		var page struct {
			Total    int           `json:"total_count"`
			Sessions []sessionWire `json:"sessions"`
		}
		if err := answer.Into(&page); err != nil {
			return nil, fmt.Errorf("pipecat: list the sessions of %s: %w", c.agent, err)
		}
		for _, w := range page.Sessions {
			all = append(all, w.session())
		}
		if len(page.Sessions) == 0 || len(all) >= page.Total {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b Session) int { return b.Started.Compare(a.Started) })
	f.Since = f.Since.Truncate(time.Millisecond) // as the vendor's are
	return slices.DeleteFunc(all, func(s Session) bool {
		return f.Active && !s.Ended.IsZero() || f.Deployment != "" && s.Deployment != f.Deployment || s.Started.Before(f.Since)
	}), nil
}

// mostSkew is how far a clock may be wrong for us to see to it.
const mostSkew = 5 * time.Minute

// theirs gives the vendor's time of a moment, by the date of an answer that was just given.
func theirs(at time.Time, h http.Header) time.Time {
	now, err := http.ParseTime(h.Get("Date"))
	if at.IsZero() || err != nil {
		return at
	}
	const sameTime = 2 * time.Second // the header is cut to seconds, and took its way
	skew := time.Until(now)
	if skew.Abs() < sameTime || skew.Abs() > mostSkew {
		return at
	}
	return at.Add(skew)
}

// StopSession ends a session. One that has already ended, or that nobody knows, is no error: a repeated stop is a 404.
func (c *Client) StopSession(ctx context.Context, id string) error {
	_, err := c.do(ctx, provider.Call{Op: "stop the session " + id, Method: http.MethodDelete, Path: c.path("sessions", id)})
	if provider.NotFound(err) {
		return nil
	}
	return err
}
