package pipecat

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Remembered is what AfterALongTime counts.
type Remembered struct {
	Sessions, Running, Logs, Deployments int
	FirstServes                          bool
}

// AfterALongTime has an agent serve n sessions, one of which never ends, and then try n deployments that never serve.
func AfterALongTime(n int) Remembered {
	now, pace := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Second
	first := &deployment{ID: "first", Created: now, Spec: spec{MaxSession: 7200}}
	a := &agent{Name: "readme", Scaling: scaling{Max: 5}}
	a.add(first, now, pace)
	now = now.Add(time.Minute)
	a.begin(first, now, 1000*time.Hour, "").Due = now.Add(1000 * time.Hour)
	for range n {
		a.end(a.begin(first, now, idle, ""), now)
		now = now.Add(time.Second)
		a.settle(now, pace)
	}
	for i := range n {
		a.add(&deployment{ID: fmt.Sprint(i), Created: now, Fate: FaultNeverReady}, now, pace)
		now = now.Add(10 * time.Second)
		a.settle(now, pace)
	}
	s := a.serving(now, pace)
	return Remembered{len(a.Sessions), a.running(), len(a.Logs), len(a.Deployments), s == first}
}

// FewBytes makes an emulator take uploads of n bytes at most.
func (e *Emulator) FewBytes(n int64) { e.limits.upload = n }

// ReadArchive counts the files of an archive that is read within these limits.
func ReadArchive(archive []byte, entries int, bytes, kept int64) (int, error) {
	c, err := readContext(context.Background(), strings.NewReader(string(archive)), "Dockerfile", limits{entries: entries, bytes: bytes, kept: kept})
	if err != nil {
		return 0, err
	}
	return len(c.files), nil
}

// Inspect builds an archive and gives the names of its files.
func Inspect(archive []byte) []string {
	c, err := readContext(context.Background(), strings.NewReader(string(archive)), "Dockerfile", limits{entries: 1000, bytes: 1 << 22, kept: 1 << 20})
	if err != nil {
		return nil
	}
	c.build("Dockerfile")
	return slices.Collect(maps.Keys(c.files))
}

// InspectText builds a context of two files and counts the lines of its log.
func InspectText(dockerfile, bot string) int {
	c := &buildContext{files: map[string]string{"Dockerfile": dockerfile, "bot.py": bot}, dirs: map[string]bool{".": true}}
	return len(c.build("Dockerfile").lines)
}
