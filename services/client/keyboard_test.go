package client_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestPage_isReadyAndSaysWhatItIs(t *testing.T) {
	s := aSite(t)
	p := open(t, s.URL, granted)
	p.sees("Ready when you are.")
	heard := p.heard()
	for _, want := range []string{"heading Your books, read to you.", "button Connect", "region Session"} {
		if !slices.Contains(heard, want) {
			t.Errorf("a screen reader does not find %q in %q", want, heard)
		}
	}
	if !slices.ContainsFunc(heard, func(h string) bool { return strings.HasPrefix(h, "status") }) {
		t.Errorf("nothing is announced: %q", heard)
	}
	if eval[string](p, `document.documentElement.lang`) != "en" {
		t.Error("the page has no language")
	}
}

func TestPage_canBeUsedByTheKeyboardAlone(t *testing.T) {
	s := aSite(t)
	mood, came := waits(t)
	v := theVendor().plays(t, mood)
	p := open(t, s.URL, granted)
	p.press(tabKey)
	if p.focus() != "Connect" {
		t.Fatalf("Tab leads to %q", p.focus())
	}
	p.press(enter)
	p.sees("Waking the reader.")
	soon(t, came)
	// The button stays, so that the focus is not lost; pressed again, it does nothing.
	if p.focus() != "Connecting…" || eval[string](p, `document.activeElement.getAttribute("aria-disabled")`) != "true" {
		t.Errorf("while it connects the focus is on %q", p.focus())
	}
	p.press(enter)
	p.press(tabKey)
	if p.focus() != "Cancel" {
		t.Fatalf("the second Tab leads to %q", p.focus())
	}
	p.press(enter)
	p.sees("Cancelled.")
	if p.focus() != "Connect" {
		t.Errorf("after the cancel the focus is on %q", p.focus())
	}
	if n := len(v.requests()); n != 1 {
		t.Errorf("the vendor was asked %d times", n)
	}
}

func TestPage_aDoubleClickStartsOneSession(t *testing.T) {
	s := aSite(t)
	v := theVendor().plays(t, says(429, rateLimit))
	p := open(t, s.URL, granted)
	x, y := p.place("Connect")
	p.must(chromedp.Do(p.ctx, chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2))))
	p.sees("All readers are busy.")
	if n := len(v.requests()); n != 1 {
		t.Errorf("the vendor was asked %d times", n)
	}
}

// waits answers nothing until the test is over, or the caller is gone. It says when somebody has come.
func waits(t *testing.T) (mood http.Handler, asked <-chan struct{}) {
	t.Helper()
	came, hold := make(chan struct{}, 10), make(chan struct{})
	t.Cleanup(func() { close(hold) })
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}), came
}

// soon waits for a signal.
func soon(t *testing.T, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody came within 30 s")
	}
}
