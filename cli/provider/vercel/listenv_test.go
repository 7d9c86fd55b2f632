package vercel_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"readme/cli/box/fault"
	box "readme/cli/box/vercel"
	"readme/cli/provider"
	"readme/cli/provider/vercel"
	"readme/cli/release"
)

func (b *bench) write(name, value string, sensitive bool) error {
	return b.WriteVariables(b.Context(), []vercel.Variable{{Name: name, Value: release.NewSecret(value), Sensitive: sensitive}})
}

func TestWriteVariables_believesNoSuccessThatItCannotReadBack(t *testing.T) {
	for fault, want := range map[string]string{
		box.EnvLost: "KEY was last written before that, says vercel", box.EnvEmptied: "PLAIN reads back empty",
	} {
		t.Run(fault, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				name := strings.Fields(want)[0]
				if err := b.write(name, "a-first-value", name == "KEY"); err != nil {
					b.Fatal(err)
				}
				time.Sleep(time.Second)
				b.strike(fault, 0)
				err := b.write(name, "hunter2-hunter2", name == "KEY")
				_, lost := errors.AsType[*provider.NotKeptError](err)
				_, still := errors.AsType[*provider.UnmovedError](err)
				if still != (name == "KEY") || lost == still || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
					b.Errorf("got %v, want %s", err, want)
				}
				if err := b.write(name, "hunter2-hunter2", name == "KEY"); err != nil {
					b.Errorf("on a good day: %v", err)
				}
			})
		})
	}
}

func TestWriteVariables_ofWhatNobodyCanReadIsSeenByItsTime(t *testing.T) {
	inBubble(t, func(b *bench) {
		if err := b.emu.Faults().Set(fault.Fault{Name: box.EnvUnreadable}); err != nil {
			b.Fatal(err)
		}
		// GREETING could be read by nobody before either; a new one ought to be readable, and is not.
		if err := b.write("BOT_START_URL", "http://another", false); err != nil {
			b.Errorf("one that was there: %v", err)
		}
		if err := b.write("NEW", "value", false); err == nil || !strings.Contains(err.Error(), "NEW reads back empty") {
			b.Errorf("a new one: %v", err)
		}
	})
}

func TestOutdated_isWhatWasWrittenAfterTheDeploymentWasMade(t *testing.T) {
	inBubble(t, func(b *bench) {
		check := func(d provider.Deployment, want ...string) {
			b.Helper()
			got, err := b.Outdated(b.Context(), d)
			if err != nil || !slices.Equal(got, want) {
				b.Errorf("outdated are %q, %v, want %q", got, err, want)
			}
		}
		first := b.live("run-1", "page")
		check(first)
		for _, name := range []string{"KEY", "A"} {
			if err := b.write(name, "value", name == "KEY"); err != nil {
				b.Fatal(err)
			}
		}
		check(first, "A", "KEY")
		second := b.live("run-2", "page")
		check(second)
		if _, err := b.Restore(b.Context(), first, provider.Marker{}); err != nil {
			b.Fatal(err)
		}
		back, err := b.Live(b.Context())
		if err != nil || back.ID != first.ID {
			b.Fatalf("live is %+v, %v", back, err)
		}
		check(back, "A", "KEY") // it was built without them
		check(provider.Deployment{})
	})
}
