package railway_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"readme/cli/box/railway/railwaytest"
	"readme/cli/provider"
	"readme/cli/provider/providertest"
	"readme/cli/provider/railway"
	"readme/cli/release"
)

// The suite on a real account. RAILWAY_LIVE_SERVICE is a service
// that may be used up: it is deployed again and again, and nothing of it serves in the end.
func TestRailway_keepsItOnARealAccount(t *testing.T) {
	given := providertest.Live(t, os.Getenv, "RAILWAY_TOKEN", "RAILWAY_PROJECT_ID", "RAILWAY_ENVIRONMENT_ID", "RAILWAY_LIVE_SERVICE")
	at := func(t *testing.T, token string) providertest.Host {
		t.Helper()
		h := host{
			service: given["RAILWAY_LIVE_SERVICE"], dead: new(atomic.Bool),
			set: railway.Settings{Build: "go build -o bin/app .", Start: "./bin/app", Health: "/health", HealthTimeout: time.Minute},
		}
		var err error
		h.Client, err = railway.New(railway.Options{
			Base: cmp.Or(os.Getenv("RAILWAY_API_URL"), "https://backboard.railway.com"), Token: release.NewSecret(token),
			Project: given["RAILWAY_PROJECT_ID"], Environment: given["RAILWAY_ENVIRONMENT_ID"],
			Transport: mortal{http.DefaultTransport.(*http.Transport).Clone(), h.dead},
		})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	providertest.Run(t, providertest.Subject{
		Vendor: "railway",
		New: func(t *testing.T) providertest.Host {
			t.Helper()
			h := at(t, given["RAILWAY_TOKEN"]).(host)
			t.Cleanup(func() {
				h.dead.Store(false)
				cleanUp(t, h)
				h.Close()
			})
			return h
		},
		Used:    true,
		Request: func(t *testing.T, n int) provider.Request { t.Helper(); return program(t, n, "readBook") },
		Broken:  func(t *testing.T) provider.Request { t.Helper(); return program(t, 0, "noSuchFunction") },
		Says:    "undefined: noSuchFunction",
		Words:   func(n int) string { return fmt.Sprint("this is release ", n, " of the suite") },
		Unknown: "11111111-2222-4333-8444-555555555555",
		WrongToken: func(t *testing.T) providertest.Host {
			t.Helper()
			return at(t, "00000000-0000-4000-8000-00000000dead")
		},
		Token: "00000000-0000-4000-8000-00000000dead", Mend: "RAILWAY_TOKEN", Variable: "RAILWAY_SERVICE_NAME",
		Hang: func(_ *testing.T, h providertest.Host) { h.(host).dead.Store(true) },
		Poll: 5 * time.Second, Within: 15 * time.Minute, Lag: 90 * time.Second,
	})
}

// cleanUp takes down what serves.
func cleanUp(t *testing.T, h host) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	d, err := h.Live(ctx)
	if err == nil && d.ID != "" {
		err = h.Remove(ctx, d.ID)
	}
	if err != nil {
		t.Errorf("what serves could not be taken down: %v", err)
	}
}

// program is a service that says which release it is.
func program(t *testing.T, n int, reads string) provider.Request {
	t.Helper()
	source := strings.NewReplacer("RELEASE", fmt.Sprint("this is release ", n, " of the suite"), "READS", reads).Replace(`package main

import (
	"fmt"
	"net/http"
	"os"
)

func readBook(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "RELEASE") }

func main() {
	fmt.Println("RELEASE")
	http.HandleFunc("/", READS)
	if err := http.ListenAndServe("0.0.0.0:"+os.Getenv("PORT"), nil); err != nil {
		panic(err)
	}
}
`)
	file := filepath.Join(t.TempDir(), "archive.tar.gz")
	raw := railwaytest.Archive(map[string]string{"./go.mod": "module live\n\ngo 1.22\n", "./main.go": source})
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return provider.Request{Archive: file, Marker: provider.Marker{Release: fmt.Sprint("live-", n), Commit: strings.Repeat("0", 40), Tree: "t" + fmt.Sprint(n)}}
}
