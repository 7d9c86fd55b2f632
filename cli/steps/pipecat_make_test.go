package steps_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"readme/cli/provider/pipecat"
	"readme/cli/release"
	"readme/cli/steps"
)

// as is the host with another pcc-deploy.toml.
func (p *atPipecat) as(b steps.Bot) steps.Host { return steps.OnPipecat(p.Client, b) }

func (p *atPipecat) missing(h steps.Host) []string {
	p.Helper()
	names, err := h.(steps.Maker).Missing(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return names
}

func TestPipecat_makesTheSecretSetAndLeavesWhatIsInOne(t *testing.T) {
	onPipecat(t, func(p *atPipecat) {
		if diff := cmp.Diff([]string{"agent readme"}, p.missing(p.host)); diff != "" {
			p.Errorf("its set is there (-want +got):\n%s", diff)
		}
		h := p.as(steps.Bot{Config: pipecat.Config{SecretSet: "readme-new"}})
		if diff := cmp.Diff([]string{"agent readme", "secret set readme-new"}, p.missing(h)); diff != "" {
			p.Errorf("nothing is there (-want +got):\n%s", diff)
		}
		n := steps.New{Variables: map[string]release.Secret{"A": release.NewSecret("a"), "EMPTY": release.NewSecret("")}}
		if err := h.(steps.Maker).Make(p.Context(), n); err != nil {
			p.Fatal(err)
		}
		n.Variables["B"] = release.NewSecret("b")
		for range 2 { // it may be repeated
			if err := h.(steps.Maker).Make(p.Context(), n); err != nil {
				p.Fatal(err)
			}
		}
		set, _, err := p.Secrets(p.Context(), "readme-new")
		if diff := cmp.Diff([]string{"A", "B"}, set.Keys); diff != "" || err != nil {
			p.Errorf("%v (-want +got):\n%s", err, diff)
		}
		p.bring("1")
		if names := p.missing(h); len(names) != 0 {
			p.Errorf("still missing: %q", names)
		}
		// The vendor takes no empty set, and a bot may need no variable.
		if err := p.as(steps.Bot{Config: pipecat.Config{SecretSet: "readme-empty"}}).(steps.Maker).Make(p.Context(), steps.New{}); err != nil {
			p.Errorf("a set without a key: %v", err)
		}
		if set, found, err := p.Secrets(p.Context(), "readme-empty"); err != nil || !found || len(set.Keys) != 1 {
			p.Errorf("it holds %+v, %v", set, err)
		}
		if err := p.as(steps.Bot{}).(steps.Maker).Make(p.Context(), steps.New{}); err != nil {
			p.Errorf("no set at all: %v", err)
		}
	})
}

func TestPipecat_warnsOfWhatGetsInTheWay(t *testing.T) {
	zero, one := 0, 1
	onPipecat(t, func(p *atPipecat) {
		for name, c := range map[string]struct {
			b    steps.Bot
			says string
		}{
			"a tag that moves": {steps.Bot{Config: pipecat.Config{Image: "readme/bot:latest", MinAgents: &one}}, "readme/bot:latest may be pushed again"},
			"a cold start":     {steps.Bot{Config: pipecat.Config{MinAgents: &zero}, Within: 30 * time.Second}, "gives a session 30s"},
			"and by default":   {steps.Bot{Within: 59 * time.Second}, "within: 90s"},
			"time enough":      {steps.Bot{Within: 90 * time.Second}, ""},
			"a warm agent":     {steps.Bot{Config: pipecat.Config{MinAgents: &one}, Within: 10 * time.Second}, ""},
			"no check":         {steps.Bot{Config: pipecat.Config{Image: "readme/bot:1"}}, ""},
		} {
			lines, err := p.as(c.b).(steps.Warner).Warnings(p.Context())
			if err != nil || (c.says == "") != (len(lines) == 0) || c.says != "" && !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, c.says) }) {
				p.Errorf("%s: %q, %v; want %q", name, lines, err, c.says)
			}
		}
		if found := p.host.(steps.Examiner).Examine(p.Context()); len(found) < 4 {
			p.Errorf("doctor hears %+v", found)
		}
	})
}
