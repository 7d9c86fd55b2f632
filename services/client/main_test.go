package client_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"
)

// pictures is a folder for a picture of each state: go test ./services/client -run Pictures -pictures=/tmp/pictures
var pictures = flag.String("pictures", "", "save pictures of the page's states in this `folder`")

// shared is what all tests use, made by the first that needs it: a build takes long.
var shared struct {
	mu   sync.Mutex
	stop []func(context.Context)
}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	for _, stop := range slices.Backward(shared.stop) {
		stop(ctx)
	}
	cancel()
	os.Exit(code)
}

// atTheEnd runs stop after the last test.
func atTheEnd(stop func(context.Context)) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.stop = append(shared.stop, stop)
}

// need skips a test without the programs that it needs; with CI set it fails.
func need(t *testing.T, programs ...string) {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds and serves a Next.js app, and -short is set")
	}
	for _, program := range programs {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed, and with CI set the client must be tested", program)
		}
		t.Skipf("%s is not installed: the client is not tried here", program)
	}
}

// browserProgram is the first name of Chromium that is installed; chromium if none is.
func browserProgram() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if _, err := exec.LookPath(name); err == nil {
			return name
		}
	}
	return "chromium"
}
