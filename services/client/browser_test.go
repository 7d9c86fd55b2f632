package client_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"

	"readme/cli/child"
)

// chromium is one headless browser for all tests. It dies with us, however we end.
var chromium = sync.OnceValues(func() (context.Context, error) {
	program := browserProgram()
	home, err := os.MkdirTemp("", "readme-chromium-")
	if err != nil {
		return nil, err
	}
	address, log := make(chan string, 1), make(chan string, 50)
	listening := regexp.MustCompile(`DevTools listening on (ws://\S+)`)
	k, err := child.Start(child.Command{
		Argv: append([]string{program}, flags(home)...), Dir: home, Remove: home, Drain: 5 * time.Second,
		Env: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home},
		Stdout: func(line string) {
			if found := listening.FindStringSubmatch(line); found != nil {
				address <- found[1]
			}
			select {
			case log <- line:
			default:
			}
		},
	})
	if err != nil {
		return nil, err
	}
	atTheEnd(func(ctx context.Context) { k.Stop(ctx); _ = os.RemoveAll(home) })
	select {
	case found := <-address:
		ctx, cancel := remote.NewAllocator(context.Background(), found, remote.NoModifyURL)
		ctx, leave := chromedp.NewContext(ctx)
		atTheEnd(func(context.Context) { leave(); cancel() })
		return ctx, chromedp.Do(ctx)
	case <-k.Done():
		close(log)
		var said []string
		for line := range log {
			said = append(said, line)
		}
		return nil, fmt.Errorf("chromium ended with exit code %d:\n%s", k.Exit(), strings.Join(said, "\n"))
	case <-time.After(time.Minute):
		return nil, fmt.Errorf("chromium does not listen after a minute")
	}
})

func flags(home string) []string {
	return []string{
		"--headless=new", "--remote-debugging-port=0", "--user-data-dir=" + home, "--no-first-run", "--disable-gpu",
		"--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio",
		"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
		// A microphone that beeps, and a network that ends at this machine: no test may reach anybody.
		"--use-fake-device-for-media-stream", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"--allow-loopback-in-peer-connection", "--disable-features=WebRtcHideLocalIpsWithMdns",
		// As root, and in most containers, there is none; every page that is opened here is our own.
		"--no-sandbox", "about:blank",
	}
}

// tab is one page, in a browser profile of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// microphone is what the browser answers when the page asks for it.
const (
	granted = browser.PermissionSettingGranted
	denied  = browser.PermissionSettingDenied
)

// open shows the address, with the microphone granted or denied, and scripts that run before the page's own.
func open(t *testing.T, url string, microphone browser.PermissionSetting, scripts ...string) *tab {
	t.Helper()
	need(t, browserProgram())
	all, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(all, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &tab{t, ctx}
	p.must(chromedp.Do(ctx))
	_, err = chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: "microphone"}, Setting: microphone,
		BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
	})
	p.must(err)
	for _, script := range scripts {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		p.must(err)
	}
	p.must(chromedp.Do(p.limit(time.Minute), chromedp.Navigate(url)))
	return p
}

func (p *tab) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) limit(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(p.ctx, d)
	p.t.Cleanup(cancel)
	return ctx
}

// eval gives the value of an expression, or of the promise that it is.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	got, err := chromedp.Run(p.limit(30*time.Second), chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// until waits for an expression to be true.
func (p *tab) until(expression string) {
	p.t.Helper()
	err := chromedp.Do(p.limit(time.Minute), chromedp.Poll[chromedp.Void](expression,
		chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(40*time.Second)))
	if err != nil {
		p.t.Fatalf("waiting for %s: %v\nthe page says:\n%s", expression, err, eval[string](p, `document.body.innerText`))
	}
}
