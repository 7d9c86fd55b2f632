package railway

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	healthAttempt = 5 * time.Second
	healthPause   = 50 * time.Millisecond // after the first attempt; it doubles
	healthSlowest = 2 * time.Second
)

// becomeHealthy returns nil when the process may serve: its health path answers exactly 200 or, where it has none, it
// has lived for a moment.
func (t *trip) becomeHealthy(ctx context.Context, address string) error {
	if t.stuck {
		<-ctx.Done()
		return ctx.Err()
	}
	path := t.d.Settings.Health
	if path == "" {
		sleep(ctx, max(t.e.cfg.Pace, leastSettle))
		return ctx.Err()
	}
	begun := time.Now()
	t.e.logs.add(t.id, buildLog, "stdout", fmt.Sprintf("Starting Healthcheck, path %s, retry window %s", path, time.Until(t.giveUp).Round(time.Second)))
	saw := "nothing was tried"
	for attempt := 1; time.Now().Before(t.giveUp); attempt++ {
		var ok bool
		if ok, saw = t.probe(ctx, "http://"+address+"/"+strings.TrimPrefix(path, "/")); ok {
			sleep(ctx, t.e.cfg.Pace-time.Since(begun))
			return ctx.Err()
		}
		t.e.logs.add(t.id, buildLog, "stdout", fmt.Sprintf("Attempt #%d failed with %s", attempt, saw))
		if !sleep(ctx, min(healthPause<<min(attempt-1, 10), healthSlowest)) {
			return ctx.Err()
		}
	}
	t.e.logs.add(t.id, buildLog, "stdout", "1/1 replicas never became healthy!")
	return fmt.Errorf("the health check of %s never answered 200: %s", path, saw)
}

// probe is one health check, and what it saw. A redirect is a failure, as it is at Railway.
func (t *trip) probe(ctx context.Context, address string) (bool, string) {
	if t.sick {
		return false, "service unavailable"
	}
	ctx, cancel := context.WithTimeout(ctx, healthAttempt)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return false, "a path that is no path"
	}
	req.Host = "healthcheck.railway.app"
	resp, err := t.e.client.Do(req)
	if err != nil {
		return false, "service unavailable"
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode == http.StatusOK, fmt.Sprintf("status %d", resp.StatusCode)
}
