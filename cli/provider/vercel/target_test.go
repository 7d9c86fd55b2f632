package vercel_test

import (
	"errors"
	"strings"
	"testing"

	"readme/cli/provider/vercel"
	"readme/cli/release"
)

func TestTarget_namesTheProject(t *testing.T) {
	inBubble(t, func(b *bench) {
		got, err := b.Target(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if got.Project != "readme" || !strings.HasPrefix(got.ProjectID, "prj_") || got.Domain != "production.box:80" {
			b.Errorf("got %+v", got)
		}
		if want := "project readme (" + got.ProjectID + ")"; got.String() != want {
			b.Errorf("it is called %q, want %q", got, want)
		}
	})
}

func TestTarget_saysWhatIsWrongWithTokenProjectAndTeam(t *testing.T) {
	for _, c := range []struct {
		name   string
		o      vercel.Options
		title  string
		detail string
	}{
		{"a wrong token", vercel.Options{Token: release.NewSecret("another_token")}, "does not accept VERCEL_TOKEN for project readme", "expired"},
		{"an unknown project by its id", vercel.Options{Project: "prj_nope"}, `has no project "prj_nope" in the token's personal account`, "with the team beside it"},
		{"a team that the token may not enter", vercel.Options{Team: "founders"}, "does not accept VERCEL_TOKEN", "team founders"},
		{"a team by its id", vercel.Options{Team: "team_1"}, "does not accept VERCEL_TOKEN", "team team_1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(b *bench) {
				_, err := b.client(c.o).Target(b.Context())
				f, ok := errors.AsType[*release.Fault](err)
				if !ok {
					b.Fatalf("got %v, want a Fault", err)
				}
				if !strings.Contains(f.Title, c.title) || !strings.Contains(f.Detail, c.detail) || f.Exit != release.ExitInvalid {
					b.Errorf("title %q, detail %q, exit %d", f.Title, f.Detail, f.Exit)
				}
				if strings.Contains(f.Error()+strings.Join(f.Evidence[0].Lines, ""), "another_token") {
					b.Error("the fault shows the token")
				}
			})
		})
	}
}

func TestTarget_ofAProjectThatIsStillToBeMadeIsNoError(t *testing.T) {
	inBubble(t, func(b *bench) {
		c := b.client(vercel.Options{Project: "nope"})
		got, err := c.Target(b.Context())
		if err != nil || got.String() != "project nope (not there yet)" {
			b.Errorf("got %q, %v", got, err)
		}
		live, err := c.Live(b.Context())
		if err != nil || live.ID != "" {
			b.Errorf("live is %+v, %v", live, err)
		}
		vars, err := c.ListVariables(b.Context())
		if err != nil || len(vars) != 0 {
			b.Errorf("its variables are %v, %v", vars, err)
		}
		missing, err := c.Missing(b.Context())
		if err != nil || len(missing) != 1 || missing[0] != "project nope (in the token's personal account)" {
			b.Errorf("missing is %q, %v", missing, err)
		}
		if missing, err = b.Missing(b.Context()); err != nil || missing != nil {
			b.Errorf("of a project that is there, %q is missing, %v", missing, err)
		}
	})
}
