package railway_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"readme/cli/provider/railway"
	"readme/cli/release"
)

const (
	notMine = "!Not Authorized"
	noToken = "!Project Token not found"
	id1     = "11111111-1111-4111-8111-111111111111"
	id2     = "22222222-2222-4222-8222-222222222222"
)

// anAccount has two workspaces, with a project readme in both, and one that is deleted.
func anAccount() map[string]string {
	return map[string]string{
		"ProjectToken": noToken,
		"ApiToken":     `{"apiToken":{"workspaces":[{"id":"w1","name":"home"}]}}`,
		"Projects": fmt.Sprintf(`{"projects":{"edges":[{"node":{"id":%q,"name":"readme"}},{"node":{"id":%q,"name":"readme","deletedAt":"2026-01-01T00:00:00Z"}},
			{"node":{"id":%q,"name":"billing"}}],"pageInfo":{"hasNextPage":false}}}`, id1, "gone", id2),
		"Project": fmt.Sprintf(`{"project":{"id":%q,"name":"readme","environments":{"edges":[
			{"node":{"id":"e1","name":"production","canAccess":true}},{"node":{"id":"e2","name":"dev","canAccess":true}},
			{"node":{"id":"e3","name":"secret","canAccess":false}},{"node":{"id":"e4","name":"old","deletedAt":"2026-01-01T00:00:00Z"}}]},"services":{"edges":[]}}}`, id1),
	}
}

func TestTarget_ofAnAccountInsistsOnExactlyOne(t *testing.T) {
	with := func(name, answer string) map[string]string {
		a := anAccount()
		a[name] = answer
		return a
	}
	twice := fmt.Sprintf(`{"projects":{"edges":[{"node":{"id":%q,"name":"readme"}},{"node":{"id":%q,"name":"readme"}}],"pageInfo":{}}}`, id1, id2)
	for name, c := range map[string]struct {
		o       railway.Options
		answers map[string]string
		want    []string // of the fault; nil is none
	}{
		"by name":                      {railway.Options{Project: "readme", Environment: "dev"}, anAccount(), nil},
		"by id":                        {railway.Options{Project: id1, Environment: "e2"}, anAccount(), nil},
		"by id, in capitals":           {railway.Options{Project: strings.ToUpper(id1), Environment: "E2"}, anAccount(), nil},
		"a name in another case":       {railway.Options{Project: "Readme", Environment: "dev"}, anAccount(), []string{`no project called "Readme"`, "billing, readme"}},
		"an environment's other case":  {railway.Options{Project: "readme", Environment: "Dev"}, anAccount(), []string{`no environment called "Dev"`, "dev, production, secret"}},
		"two of one name":              {railway.Options{Project: "readme", Environment: "dev"}, with("Projects", twice), []string{"2 projects called", id1, id2, "in workspace home"}},
		"no environment named":         {railway.Options{Project: "readme"}, anAccount(), []string{"3 environments", "e1", "e2", "e3"}},
		"a restricted environment":     {railway.Options{Project: "readme", Environment: "secret"}, anAccount(), []string{"may not enter"}},
		"a deleted environment":        {railway.Options{Project: "readme", Environment: "old"}, anAccount(), []string{`no environment called "old"`}},
		"an id that it does not see":   {railway.Options{Project: id2, Environment: "dev"}, with("Project", notMine), []string{"no project called", id2, "it may not, or there is none"}},
		"an id that does not exist":    {railway.Options{Project: id2, Environment: "dev"}, with("Project", "!Project not found"), []string{"no project called", id2}},
		"a token that nobody knows":    {railway.Options{Project: "readme"}, map[string]string{"ProjectToken": noToken, "ApiToken": notMine}, []string{"RAILWAY_TOKEN"}},
		"one that nobody knows, by id": {railway.Options{Project: id1}, map[string]string{"ProjectToken": noToken, "ApiToken": notMine, "Project": notMine}, []string{"RAILWAY_TOKEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			scripted(t, c.o, c.answers, func(client *railway.Client, s *script) {
				t := s.t
				got, err := client.Target(t.Context())
				if c.want == nil {
					if err != nil || got.ProjectID != id1 || got.EnvironmentID != "e2" || got.Project != "readme" {
						t.Errorf("got %+v, %v", got, err)
					}
					return
				}
				f, ok := errors.AsType[*release.Fault](err)
				if !ok || f.Exit != release.ExitInvalid || f.Try == "" {
					t.Fatalf("got %+v, %v", got, err)
				}
				text := f.Error()
				for _, e := range f.Evidence {
					text += strings.Join(e.Lines, "\n")
				}
				for _, want := range c.want {
					if !strings.Contains(text, want) {
						t.Errorf("it does not say %q: %s", want, text)
					}
				}
			})
		})
	}
}

func TestService_isFoundWhateverTheCaseUnlessThatIsAmbiguous(t *testing.T) {
	list := func(names ...string) map[string]string {
		var nodes []string
		for _, n := range names {
			nodes = append(nodes, fmt.Sprintf(`{"node":{"serviceId":"id-%s","serviceName":%q}}`, n, n))
		}
		return map[string]string{
			"ProjectToken": `{"projectToken":{"project":{"id":"p","name":"readme"},"environment":{"id":"e","name":"dev"}}}`,
			"Services":     `{"environment":{"serviceInstances":{"edges":[` + strings.Join(nodes, ",") + `],"pageInfo":{}}}}`,
			"Domains":      `{"domains":{"serviceDomains":[{"domain":"x.up.railway.app"}],"customDomains":[]}}`,
		}
	}
	for name, c := range map[string]struct {
		there []string
		pin   string
		want  string // in the error; "" is none
	}{
		"as it is written":      {[]string{"api", "worker"}, "api", ""},
		"in another case":       {[]string{"API", "worker"}, "api", ""},
		"by id":                 {[]string{"API"}, "id-API", ""},
		"the exact one of two":  {[]string{"Api", "api"}, "api", ""},
		"neither exactly":       {[]string{"Api", "API"}, "api", "2 services called"},
		"neither, listed by id": {[]string{"Api", "API"}, "api", "id-API"},
	} {
		t.Run(name, func(t *testing.T) {
			scripted(t, railway.Options{}, list(c.there...), func(client *railway.Client, s *script) {
				t := s.t
				u, err := client.Domain(t.Context(), c.pin)
				if c.want == "" {
					if err != nil || u != "https://x.up.railway.app" {
						t.Errorf("got %q, %v", u, err)
					}
					return
				}
				f, ok := errors.AsType[*release.Fault](err)
				if !ok || !strings.Contains(f.Error()+strings.Join(f.Evidence[0].Lines, " "), c.want) {
					t.Errorf("got %q, %v", u, err)
				}
			})
		})
	}
}
