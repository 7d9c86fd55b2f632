package env_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/spec"
)

// all gives the values of an environment, and what is wrong with them or missing.
func all(t *testing.T, e spec.Environment, path string, process func(string) (string, bool), m *spec.Matrix) (map[string]release.Secret, error) {
	t.Helper()
	got, faults := env.Given(t.Context(), e, env.Sources{Path: path, Process: process, Open: store}, m)
	for _, f := range env.Missing(e, path, m, got, nil) {
		faults = append(faults, f.Fault())
	}
	if len(faults) > 0 {
		return got, faults
	}
	return got, nil
}

// values reads the values of dev from a file with this text ("" for no file) and from this process.
func values(t *testing.T, text string, process map[string]string) (map[string]string, error) {
	t.Helper()
	r, m := files(t)
	dev, _ := r.Environment("dev")
	path := filepath.Join(t.TempDir(), ".env.dev")
	if text != "" {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := all(t, dev, path, lookup(process), m)
	if strings.Contains(fmt.Sprintf("%v %+v %#v", err, got, got), "hunter2") {
		t.Errorf("a value is shown: %v %+v", err, got)
	}
	revealed := map[string]string{}
	for k, v := range got {
		revealed[k] = v.Reveal()
	}
	return revealed, err
}

func lookup(process map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := process[name]; return v, ok }
}

const complete = "TOKEN=hunter2\nDB_URL=postgres://u:hunter2@h:5432/d\nSITE=https://example.test\n"

func TestValues_comeFromTheFileTheProcessAndTheMatrix(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"TOKEN": "hunter2", "DB_URL": "postgres://u:hunter2@h:5432/d", "SITE": "https://example.test", "PORT": "8080", "MODE": "fast",
	}
	for name, c := range map[string]struct {
		text    string
		process map[string]string
	}{
		"all in the file":            {complete, nil},
		"all in the process":         {"", want},
		"some here, some there":      {"TOKEN=hunter2\nSITE=https://example.test\n", map[string]string{"DB_URL": "postgres://u:hunter2@h:5432/d"}},
		"the same in both":           {complete, map[string]string{"TOKEN": "hunter2"}},
		"empty in one of them":       {complete, map[string]string{"TOKEN": "", "HINT": ""}},
		"a key that is none of ours": {complete + "OTHER=1\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := values(t, c.text, c.process)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	got, err := values(t, complete+"PORT=9000\nHINT=x\n", nil)
	if got["PORT"] != "9000" || got["HINT"] != "x" || err != nil {
		t.Errorf("a given value in place of the default: got %v, %v", got, err)
	}
}

func TestValues_refusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text    string
		process map[string]string
		exit    int
		want    string
	}{
		"two values":               {complete, map[string]string{"TOKEN": "hunter22"}, release.ExitInvalid, ".env.dev:1:1: TOKEN has two different values: one comes from .env.dev:1:1, and another one from the environment of readme-ops: remove one"},
		"a fixed value, and one":   {complete + "MODE=hunter2\n", nil, release.ExitInvalid, ".env.dev:4:1: MODE has two different values: one comes from .env.dev:4:1, and another one from envmatrix.yaml:11:3: remove one"},
		"a template, and a value":  {complete, map[string]string{"BOT_URL": "https://hunter2"}, release.ExitInvalid, "BOT_URL has two different values: one comes from the environment of readme-ops, and another one from envmatrix.yaml:10:3: remove one"},
		"one that is missing":      {"TOKEN=hunter2\nDB_URL=postgres://h/d\n", nil, release.ExitDrift, "envmatrix.yaml:8:3: SITE has no value in dev: SITE (where it is) is needed by api (env/unset)"},
		"one that is empty":        {"TOKEN=hunter2\nDB_URL=postgres://h/d\nSITE=\n", nil, release.ExitDrift, "envmatrix.yaml:8:3: SITE has no value in dev: SITE (where it is) is needed by api (env/unset)"},
		"one that is misspelt":     {"TOKEN=hunter2\nDB_ULR=postgres://hunter2/d\nSITE=https://x.test\n", nil, release.ExitDrift, ".env.dev:2:1: DB_ULR is read by nobody: did you mean DB_URL? (env/extra)"},
		"a wrong type":             {strings.Replace(complete, "https://example.test", "hunter2", 1), nil, release.ExitDrift, ".env.dev:3:1: SITE is no url: it begins with http:// or https:// and has a host (env/type)"},
		"a wrong type, elsewhere":  {complete, map[string]string{"PORT": "hunter2"}, release.ExitDrift, "envmatrix.yaml:9:3: PORT is no port, in the environment of readme-ops: a port is a number from 1 to 65535 (env/type)"},
		"an invisible character":   {strings.Replace(complete, "TOKEN=hunter2", "TOKEN=hun\u200bter2", 1), nil, release.ExitDrift, ".env.dev:1:1: TOKEN has an invisible character in its value: it was most likely pasted with it: write the value anew (env/space)"},
		"a space after a token":    {strings.Replace(complete, "TOKEN=hunter2", "TOKEN='hunter2 '", 1), nil, release.ExitDrift, ".env.dev:1:1: TOKEN begins or ends with a space or a line break: it was most likely pasted with it: take it away (env/space)"},
		"a line break, elsewhere":  {strings.Replace(complete, "TOKEN=hunter2", "", 1), map[string]string{"TOKEN": "hunter2\n"}, release.ExitDrift, "envmatrix.yaml:6:3: TOKEN begins or ends with a space or a line break, in the environment of readme-ops: it was most likely pasted with it: take it away (env/space)"},
		"half a reference":         {strings.Replace(complete, "TOKEN=hunter2", "TOKEN=op://vault/hunter2", 1), nil, release.ExitDrift, ".env.dev:1:1: TOKEN is no reference to a secret store: it is op://vault/item/field, or op://vault/item/section/field (env/reference)"},
		"a placeholder":            {strings.Replace(complete, "TOKEN=hunter2", "TOKEN=[SENSITIVE]", 1), nil, release.ExitDrift, ".env.dev:1:1: TOKEN has a placeholder for its value: whoever wrote it did not have, or hid, the value itself: write that (env/placeholder)"},
		"a line that is torn":      {complete + "hunter2\n", nil, release.ExitDrift, ".env.dev:4:1: this line is not KEY=value: write a name of letters, digits and _, then =, then the value (env/syntax)"},
		"a dollar that disappears": {strings.Replace(complete, "TOKEN=hunter2", "TOKEN=hunter2$X", 1), nil, release.ExitDrift, ".env.dev:1:1: TOKEN has a $ in its value, which godotenv replaces: put the value into single quotes (env/expansion)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := values(t, c.text, c.process)
			faults, _ := errors.AsType[release.Faults](err)
			if len(faults) == 0 {
				t.Fatalf("got %v", err)
			}
			got := faults[0].Error()
			for {
				at := strings.Index(got, "/.env.dev")
				if at < 0 {
					break
				}
				from := strings.LastIndexByte(got[:at], ' ') + 1
				got = got[:from] + got[at+1:]
			}
			if got != c.want || faults[0].Exit != c.exit || faults[0].Try == "" {
				t.Errorf("got  %s (%+v)\nwant %s", got, faults[0], c.want)
			}
		})
	}
}

func TestValues_namesEverythingThatIsMissingAndHowToSetIt(t *testing.T) {
	t.Parallel()
	_, err := values(t, "", nil)
	faults, _ := errors.AsType[release.Faults](err)
	var got []string
	for _, f := range faults {
		got = append(got, f.Title)
	}
	if diff := cmp.Diff([]string{"TOKEN has no value in dev", "DB_URL has no value in dev", "SITE has no value in dev"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(faults[0].Try, "export TOKEN=…, or write TOKEN=… into ") || !strings.Contains(faults[1].Detail, "needed by ops, api") {
		t.Errorf("got %+v and %+v", faults[0], faults[1])
	}
}

func TestValues_asksABoxForWhatABoxNeeds(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	local, _ := r.Environment("local")
	got, err := all(t, local, "", lookup(map[string]string{"DB_URL": "postgres://h/d", "SITE": "http://127.0.0.1:1"}), m)
	if err != nil || len(got) != 4 {
		t.Errorf("got %d values, %v", len(got), err)
	}
}

func TestValues_saysThatItsFileCannotBeRead(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	dev, _ := r.Environment("dev")
	_, err := all(t, dev, t.TempDir(), lookup(nil), m)
	if err == nil || !strings.Contains(err.Error(), "cannot read the values of dev") {
		t.Errorf("got %v", err)
	}
}

// What this process was not given may be at the vendor; what readme-ops needs itself may not.
func TestMissing_leavesAloneWhatAVendorHas(t *testing.T) {
	t.Parallel()
	r, m := files(t)
	dev, _ := r.Environment("dev")
	present := func(service, variable string) bool {
		return service == "api" && variable == "SITE" || variable == "TOKEN"
	}
	var got []string
	for _, f := range env.Missing(dev, "", m, map[string]release.Secret{}, present) {
		got = append(got, f.Title+", "+f.Fix+", "+f.Try)
	}
	want := []string{
		"TOKEN has no value in dev, TOKEN (the token of the host) is needed by ops, export TOKEN=…",
		"DB_URL has no value in dev, DB_URL (the database) is needed by ops, api, export DB_URL=…",
		"PORT has no value in dev, PORT (where it listens) is needed by api, export PORT=…",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
