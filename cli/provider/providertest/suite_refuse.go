package providertest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// shown is all that a person would see of an error.
func shown(err error) string {
	var b strings.Builder
	b.WriteString(err.Error())
	if f, ok := errors.AsType[*release.Fault](err); ok {
		b.WriteString("\n" + f.Title + "\n" + f.Detail + "\n" + f.Try)
		for _, e := range f.Evidence {
			b.WriteString("\n" + e.Label + "\n" + strings.Join(e.Lines, "\n"))
		}
	}
	return b.String()
}

func wrongToken(t *trial) {
	t.Helper()
	h := t.WrongToken(t.T)
	_, readErr := h.Live(t.Context())
	_, deployErr := h.Deploy(t.Context(), t.Request(t.T, 1))
	for what, err := range map[string]error{"read": readErr, "deploy": deployErr} {
		if err == nil {
			t.Errorf("%s: a wrong token is let in", what)
			continue
		}
		_, fault := errors.AsType[*release.Fault](err)
		if s := provider.StatusOf(err); !fault && s != http.StatusUnauthorized && s != http.StatusForbidden {
			t.Errorf("%s: HTTP %d and no Fault: %v", what, s, err)
		}
		text := shown(err)
		if t.Token != "" && strings.Contains(text, t.Token) {
			t.Errorf("%s: the error shows the token: %s", what, text)
		}
		if !strings.Contains(text, t.Mend) {
			t.Errorf("%s: the error does not name %s: %s", what, t.Mend, text)
		}
	}
}

var errEnded = errors.New("the person pressed Ctrl-C")

func ended(t *trial) {
	t.Helper()
	h := t.New(t.T)
	before := t.live(h)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errEnded)
	_, live := h.Live(ctx)
	_, deployed := h.Deploy(ctx, t.Request(t.T, 1))
	_, read := h.Deployment(ctx, t.Unknown)
	for what, err := range map[string]error{"live": live, "deploy": deployed, "deployment": read} {
		if !errors.Is(err, errEnded) {
			t.Errorf("%s: %v, want the cause of the context's end", what, err)
		}
	}
	if now := t.live(h); now.ID != before.ID {
		t.Errorf("live is %q, and was %q before a deploy that was cut off", now.ID, before.ID)
	}
}

func hangs(t *trial) {
	t.Helper()
	const patience = 3 * time.Second
	h := t.New(t.T)
	t.Hang(t.T, h)
	ctx, cancel := context.WithTimeoutCause(t.Context(), patience, errEnded)
	defer cancel()
	if _, err := h.Live(ctx); !errors.Is(err, errEnded) {
		t.Errorf("live: %v, want the cause of the context's end", err)
	}
}
