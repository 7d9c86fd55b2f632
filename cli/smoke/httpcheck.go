package smoke

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"readme/cli/release"
)

// httpCheck sends a request and holds the answer against what is expected.
type httpCheck struct {
	check    Check
	env      Env
	request  request
	sessions int       // answers that may have started one
	sent     time.Time // when the last request was
	left     error     // says that a session runs on
}

func newHTTPCheck(c Check, env Env) (*httpCheck, error) {
	r, err := resolve(*c.HTTP, env.lookup)
	if err != nil {
		return nil, err
	}
	if c.Session != "" && env.Session == nil {
		return nil, errors.New("nobody can look a session up here")
	}
	return &httpCheck{check: c, env: env, request: r}, nil
}

func (k *httpCheck) attempt(ctx context.Context) outcome {
	if k.request.repeats() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, attemptTimeout, fmt.Errorf("no answer within %s", attemptTimeout))
		defer cancel()
	}
	k.sent = time.Now()
	a, err := k.request.send(ctx, k.env)
	if err != nil {
		return k.unanswered(ctx, err)
	}
	o := k.judge(a)
	if k.check.Session != "" {
		k.session(ctx, &o)
	}
	return o
}

// unanswered is the outcome of a request to which no answer came.
func (k *httpCheck) unanswered(ctx context.Context, err error) outcome {
	lost, ok := errors.AsType[*noAnswer](err)
	if !ok {
		return outcome{err: err, final: true} // the request cannot be built, and never will
	}
	if k.check.Session != "" && lost.sent {
		k.stop(ctx, "")
	}
	text := "no answer: " + strings.TrimPrefix(lost.err.Error(), "no answer: ")
	if cause := context.Cause(ctx); errors.Is(cause, context.DeadlineExceeded) {
		text = "no answer in time"
	} else if cause != nil {
		text = cause.Error()
	}
	return outcome{err: errors.New(text), saw: "no answer", final: lost.sent && !k.request.repeats()}
}

// judge is the outcome of an answer.
func (k *httpCheck) judge(a *answer) outcome {
	o := outcome{answer: a, saw: a.statusText()}
	if a.protected() {
		o.fault, o.final = protection(k.request.bypassed(k.env)), true
		return o
	}
	misses, err := k.check.Expect.judge(a, k.env.lookup)
	if err == nil && len(misses) == 0 {
		o.captures, misses, err = captures(k.check.Capture, a)
	}
	if err != nil {
		o.err, o.final = err, true // the check itself is wrong
		return o
	}
	o.misses, o.ok = misses, len(misses) == 0
	o.final = !o.ok && !k.request.repeats() && !a.refused()
	return o
}

// session looks up and stops what the answer has started. It is called for each answer: a session that nobody stops
// is billed until the bot gives up by itself.
func (k *httpCheck) session(ctx context.Context, o *outcome) {
	if !mayHaveStarted(o.answer.status) {
		return
	}
	k.sessions++
	id := ""
	if doc, problem := o.answer.document(); problem == "" {
		id = sessionID(doc)
	}
	if !o.ok {
		k.stop(ctx, id)
		o.final = o.final || k.sessions >= maxSessions
		return
	}
	err := k.env.Session(ctx, k.check.Session, id, k.sent)
	if err == nil {
		o.saw += ", session stopped"
		return
	}
	o.ok, o.captures, o.wait = false, nil, k.patience(ctx)
	o.final = !errors.Is(err, ErrAgain) || k.sessions >= maxSessions
	if f, ok := errors.AsType[*release.Fault](err); ok {
		o.fault = f
		return
	}
	o.misses = []miss{{"session", "served by this release's " + k.check.Session + ", without an exception", strings.TrimSuffix(err.Error(), ": "+ErrAgain.Error())}}
}

// patience is how long the next session waits. Old instances take sessions for a while after a rollout, and only a few
// sessions may be tried: the second one comes soon, the third one when most of the time is over.
func (k *httpCheck) patience(ctx context.Context) time.Duration {
	end, ok := ctx.Deadline()
	if k.sessions < maxSessions-1 || !ok {
		return sessionWait
	}
	return max(sessionWait, time.Until(end)*2/3)
}

// mayHaveStarted reports whether behind an answer there may be a session: the start went well, or whoever answered in its
// stead had passed the request on.
func mayHaveStarted(status int) bool {
	return status < 300 || slices.Contains([]int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout}, status)
}

// stop has a session stopped that nobody will look at, also when ctx is over.
func (k *httpCheck) stop(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLook)
	defer cancel()
	// The check has failed for another reason, which is the one to tell first.
	if err := k.env.Session(ctx, k.check.Session, id, k.sent); errors.Is(err, ErrRuns) {
		k.left = err
	}
}

func sessionID(doc any) string {
	m, _ := doc.(map[string]any)
	for _, name := range []string{"sessionId", "session_id"} {
		if id, ok := m[name].(string); ok && id != "" {
			return id
		}
	}
	return ""
}

func (k *httpCheck) explain(_ context.Context, f *release.Fault, last outcome) {
	evidence := []release.Evidence{{Label: "request", Lines: []string{k.request.method + " " + k.request.url}}}
	evidence = append(evidence, f.Evidence...)
	if a := last.answer; a != nil {
		evidence = append(evidence, release.Evidence{Label: "answer", Lines: a.show(newMasker(k.env.Secrets))})
	}
	evidence = append(evidence, release.Evidence{Label: "by hand", Lines: []string{curl(*k.check.HTTP, k.env)}})
	f.Evidence = evidence
	if k.left != nil {
		f.Detail += "; and " + k.left.Error()
	}
	switch {
	case last.fault != nil:
	case k.sessions >= maxSessions:
		f.Detail += fmt.Sprintf("; no more than %d sessions are started", maxSessions)
	case last.final && last.answer != nil && !k.request.repeats():
		f.Detail += "; a " + k.request.method + " that was answered is not sent again"
	case last.final && last.err != nil && !k.request.repeats():
		f.Detail += "; the " + k.request.method + " may have arrived, so it is not sent again"
	}
	if last.fault != nil {
		return
	}
	if service, _, ok := strings.Cut(strings.TrimPrefix(k.check.HTTP.URL, "${"), ".url}"); ok && strings.HasPrefix(k.check.HTTP.URL, "${") {
		f.Try = "readme-ops logs " + service + k.env.flag()
	}
}

// show is the answer's first line, its ids and the end of its body.
func (a *answer) show(m masker) []string {
	const most, first, last = 2000, 400, 1200
	head := []string{a.proto + " " + a.statusText()}
	for _, name := range []string{"Content-Type", "Location", "Retry-After", "X-Vercel-Error"} {
		if v := a.header.Get(name); v != "" {
			head = append(head, strings.ToLower(name)+": "+plainLine(m.mask(v)))
		}
	}
	if id := a.requestID(); id != "" {
		head = append(head, "request id: "+plainLine(id))
	}
	// Masked before it is cut: half a secret would not be found any more.
	text := m.mask(strings.ToValidUTF8(string(a.body), "�"))
	switch r := []rune(text); {
	case a.cut:
		text = string(r[:min(len(r), first)]) + fmt.Sprintf("\n… (more than %d KiB)", maxBody>>10)
	case len(r) > most:
		text = string(r[:first]) + fmt.Sprintf("\n… (%d bytes)\n", len(a.body)) + string(r[len(r)-last:])
	}
	if strings.TrimSpace(text) == "" {
		return append(head, "(no body)")
	}
	for _, line := range plainLines(text, 20) {
		head = append(head, "| "+line)
	}
	return head
}
