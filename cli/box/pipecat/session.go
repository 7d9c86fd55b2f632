package pipecat

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// begin puts a new session on record, served by d. unmet is how long the bot waits for somebody to come.
func (a *agent) begin(d *deployment, now time.Time, unmet time.Duration, broken string) *session {
	s := &session{
		ID: uuid.NewString(), Deployment: d.ID, Created: now.Truncate(time.Millisecond),
		Due: now.Add(min(unmet, time.Duration(d.Spec.MaxSession)*time.Second)), Cold: a.running() >= a.Scaling.Min,
	}
	a.Sessions = append(a.Sessions, s)
	line := func(after time.Duration, text string) {
		a.log(logLine{At: now.Add(after), Deployment: d.ID, Session: s.ID, Text: text})
	}
	line(0, info(now, fmt.Sprintf(`Starting bot session with metadata: {"session_id": %q, "image_version": "0.1.19"}`, s.ID)))
	if broken != "" { // only logged: /bot still answers 200, and the session counts as completed
		s.Due = now.Add(time.Second)
		line(time.Millisecond, level(now, "ERROR", "Exception running bot(): "+broken))
	}
	return s
}

// info is a line as loguru writes it in the base image.
func info(at time.Time, text string) string { return level(at, "INFO", text) }

func level(at time.Time, level, text string) string {
	return fmt.Sprintf("%s | %-8s | __main__:run_bot - %s", at.Format("2006-01-02 15:04:05.000"), level, text)
}
