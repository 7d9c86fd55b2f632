package steps_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/engine"
	"readme/cli/plan"
	"readme/cli/provider"
	"readme/cli/release"
	"readme/cli/steps"
)

func TestUnpack_staysInItsFolder(t *testing.T) {
	for name, ok := range map[string]bool{"./a/b.txt": true, "b.txt": true, "../b.txt": false, "./../../b.txt": false, "/b.txt": false} {
		w := &steps.World{Archives: t.TempDir()}
		dir := filepath.Join(w.Archives, "into", "it")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		h := archive(t, w, map[string]string{name: "text"})
		files, err := steps.Unpack(filepath.Join(w.Archives, h+".tar.gz"), dir)
		if (err == nil) != ok {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if !ok {
			continue
		}
		want := []provider.File{{Path: strings.TrimPrefix(name, "./"), Mode: 0o644, Size: 4}}
		if raw, _ := os.ReadFile(filepath.Join(dir, filepath.FromSlash(want[0].Path))); !slices.Equal(files, want) || string(raw) != "text" {
			t.Errorf("%s: got %+v and %q", name, files, raw)
		}
	}
	if _, err := steps.Unpack(filepath.Join(t.TempDir(), "gone.tar.gz"), t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// chatty is a vendor whose build says a line at each look, of which it keeps the last 500, as Railway does.
type chatty struct {
	full
	lines []provider.LogLine
}

func (c *chatty) BuildLogs(context.Context, string) ([]provider.LogLine, error) {
	for range 200 {
		n := len(c.lines)
		c.lines = append(c.lines, provider.LogLine{At: time.Unix(int64(n/3), 0), Text: fmt.Sprintf("line %d", n)})
	}
	return c.lines[max(0, len(c.lines)-500):], nil
}

// heard keeps the lines of a build.
type heard struct{ lines []string }

func (h *heard) Write(batch []release.Event) error {
	for _, e := range batch {
		if said, ok := e.Body.(release.StepSaid); ok && said.From == "build" {
			h.lines = append(h.lines, said.Text)
		}
	}
	return nil
}

func TestDeploy_tellsALongBuildToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &chatty{full: full{newVendor("old")}}
		v.states["new1"] = append(slices.Repeat([]provider.State{provider.Building}, 6), provider.Live)
		w := &steps.World{Poll: time.Second, Hosts: map[string]steps.Host{"api": v}}
		p := release.Plan{Digest: "sha256:00", Steps: []release.Step{step(t, release.KindDeploy, "api", "live=old", plan.DeployInputs{To: "railway", Name: "api"})}}
		actions, err := steps.Actions(w, p)
		if err != nil {
			t.Fatal(err)
		}
		var h heard
		s, err := engine.Run(t.Context(), p, actions, engine.Options{Run: "run-1", Approved: release.Approved{Digest: p.Digest}, Sinks: []engine.Sink{&h}})
		if err != nil {
			t.Fatal(err)
		}
		exits(t, s, release.ExitDone)
		if len(h.lines) != len(v.lines) || len(h.lines) < 1000 {
			t.Fatalf("%d lines were told of %d", len(h.lines), len(v.lines))
		}
		for i, l := range h.lines {
			if l != v.lines[i].Text {
				t.Fatalf("line %d is told as %q", i, l)
			}
		}
	})
}
