package app_test

import (
	"testing"
	"testing/synctest"
	"time"

	"readme/cli/app"
)

func TestSlowly_saysWhatACommandWaitsFor(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]string{
		9 * time.Second:  "",
		39 * time.Second: "still waiting for vercel, for 10.0s now; Ctrl-C gives up\n",
		41 * time.Second: "still waiting for vercel, for 10.0s now; Ctrl-C gives up\nstill waiting for vercel, for 40.0s now; Ctrl-C gives up\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			if got := app.Slowly("vercel", func() { time.Sleep(took) }); got != want {
				t.Errorf("after %s: got %q", took, got)
			}
			time.Sleep(time.Hour) // a timer that was left would say something to nobody
		})
	}
}
