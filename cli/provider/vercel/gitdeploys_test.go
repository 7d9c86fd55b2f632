package vercel_test

import (
	"io/fs"
	"strings"
	"testing"

	"readme/cli/provider/vercel"
)

func TestGitDeploys_readsWhatVercelJSONSays(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       bool
	}{
		{"no word", `{}`, true},
		{"off", `{"git":{"deploymentEnabled":false}}`, false},
		{"on", `{"git":{"deploymentEnabled":true}}`, true},
		{"null", `{"git":{"deploymentEnabled":null}}`, true},
		{"off for this branch", `{"git":{"deploymentEnabled":{"release/main":false}}}`, false},
		{"off for another one", `{"git":{"deploymentEnabled":{"dev":false}}}`, true},
		{"off by a pattern", `{"git":{"deploymentEnabled":{"release/*":false}}}`, false},
		{"off by a pattern that takes slashes", `{"git":{"deploymentEnabled":{"**":false}}}`, false},
		{"a pattern that takes no slash", `{"git":{"deploymentEnabled":{"*":false}}}`, true},
		{"one yes is enough", `{"git":{"deploymentEnabled":{"**":false,"release/*":true}}}`, true},
		{"by its older name", `{"github":{"enabled":false}}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := vercel.Options{VercelJSON: func() ([]byte, error) { return []byte(c.file), nil }}
			book := map[string][]string{project: {strings.Replace(linked, `"main"`, `"release/main"`, 1)}}
			scripted(t, o, book, func(t scene, _ *script, v *vercel.Client) {
				on, branch, err := v.GitDeploys(t.Context())
				if err != nil || on != c.want || branch != "release/main" {
					t.Errorf("got %v on %s, %v; want %v", on, branch, err, c.want)
				}
			})
		})
	}
}

func TestGitDeploys_wantsAFileThatCanBeRead(t *testing.T) {
	o := vercel.Options{VercelJSON: func() ([]byte, error) { return []byte(`{"git":`), nil }}
	scripted(t, o, nil, func(t scene, _ *script, v *vercel.Client) {
		if _, _, err := v.GitDeploys(t.Context()); err == nil || !strings.Contains(err.Error(), "read vercel.json") {
			t.Errorf("got %v", err)
		}
	})
}

func TestWarnings_tellWhatGetsInTheWayAndHowToEndIt(t *testing.T) {
	none := func() ([]byte, error) { return nil, fs.ErrNotExist }
	off := func() ([]byte, error) { return []byte(`{"git":{"deploymentEnabled":false}}`), nil }
	for _, c := range []struct {
		name    string
		project string
		file    func() ([]byte, error)
		want    []string
	}{
		{"nothing", linked, off, nil},
		{"no connection", `{"id":"prj_1","name":"readme"}`, none, nil},
		{"no project", isAbsent, none, []string{"A new Vercel project asks for a login at the addresses of its deployments. To let smoke checks in, export VERCEL_AUTOMATION_BYPASS_SECRET=32 letters and digits of your own"}},
		{"a login", strings.Replace(`{"id":"prj_1","name":"readme","x":1}`, `"x":1`, `"ssoProtection":{"deploymentType":"all_except_custom_domains"}`, 1), none, []string{"Vercel asks for a login at the addresses of deployments. To let smoke checks in, export VERCEL_AUTOMATION_BYPASS_SECRET=a secret of https://vercel.com/d?to=%2F%5Bteam%5D%2F%5Bproject%5D%2Fsettings%2Fdeployment-protection"}},
		{"Git deploys", linked, none, []string{`Vercel deploys each push to main of ada/readme by itself, beside this release. To turn that off, push {"git": {"deploymentEnabled": false}} in services/client/vercel.json`}},
		{"a rollback", job("rollback", "dpl_live", "succeeded", 5), off, []string{"since the last rollback, Vercel no longer gives the domain to new deployments by itself: later ones build, and stay off the domain until one is promoted. The promote of a release ends that"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			scripted(t, vercel.Options{VercelJSON: c.file}, map[string][]string{project: {c.project}}, func(t scene, _ *script, v *vercel.Client) {
				got, err := v.Warnings(t.Context())
				if err != nil || strings.Join(got, "\n") != strings.Join(c.want, "\n") {
					t.Errorf("got %q, %v; want %q", got, err, c.want)
				}
			})
		})
	}
}
