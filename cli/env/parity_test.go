package env_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"readme/cli/env"
	"readme/cli/release"
	"readme/cli/spec"
)

const matrixText = `version: 1
services:
  ops: {example: env.example}
  api: {example: api/env.example, deploy: api}
variables:
  TOKEN:   {about: the token of the host, secret: true, required: [dev], services: [ops]}
  DB_URL:  {about: the database, type: postgres-url, secret: true, services: [ops, api]}
  SITE:    {about: where it is, type: url, services: [api]}
  PORT:    {about: where it listens, type: port, default: 8080, services: [api]}
  BOT_URL: {about: where a bot starts, type: url, services: [api], value: "${bot.start_url}"}
  MODE:    {about: how it runs, services: [api], value: fast}
  HINT:    {about: nobody needs it, required: false, services: [api]}
`

const releaseText = `version: 1
project: shop
environments:
  local: {box: true}
  dev: {values: .env.dev, targets: {railway: {project: a, environment: dev}, pipecat: {agent: a}}}
deploy:
  api: {to: railway, source: upload, start: ./api}
  bot: {to: pipecat, config: bot/pcc-deploy.toml}
`

func files(t *testing.T) (*spec.Release, *spec.Matrix) {
	t.Helper()
	r, m, err := parse()
	if err != nil {
		t.Fatal(err)
	}
	return r, m
}

func parse() (*spec.Release, *spec.Matrix, error) {
	return spec.Parse("release.yaml", []byte(releaseText), "envmatrix.yaml", []byte(matrixText))
}

// project writes the two examples, each changed by a function.
func project(t *testing.T, m *spec.Matrix, change func(service, text string) string) string {
	t.Helper()
	dir := t.TempDir()
	for _, s := range m.Services {
		path := filepath.Join(dir, s.Example)
		text := change(s.Name, string(env.Example(m, s)))
		if text == "" {
			continue
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestParity_isQuietAboutTheExamplesThatItWrites(t *testing.T) {
	t.Parallel()
	_, m := files(t)
	dir := project(t, m, func(_, text string) string { return text })
	if got := env.Parity(m, dir); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestParity_findsEachDifference(t *testing.T) {
	t.Parallel()
	replace := func(service, old, text string) func(string, string) string {
		return func(s, t string) string {
			if s != service {
				return t
			}
			return strings.Replace(t, old, text, 1)
		}
	}
	for name, c := range map[string]struct {
		change func(service, text string) string
		want   string
	}{
		"no file":             {func(s, text string) string { return strings.Repeat(text, map[string]int{"ops": 1}[s]) }, "api/env.example env/no-file: api has no api/env.example: make it, with a line for each of: DB_URL= SITE= PORT= BOT_URL= MODE= HINT="},
		"a missing variable":  {replace("api", "\nSITE=", ""), "api/env.example:5:1 env/missing: SITE is missing, and api needs it: add the line SITE= after DB_URL"},
		"a missing first one": {replace("ops", "\nTOKEN=", ""), "env.example:1:1 env/missing: TOKEN is missing, and ops needs it: add the line TOKEN= at the top"},
		"one too many":        {replace("ops", "TOKEN=", "SITE=\nTOKEN="), "env.example:5:1 env/extra: SITE is not a variable of ops: add it to envmatrix.yaml with services: [ops], or remove the line"},
		"another order": {func(s, text string) string {
			return map[string]string{"ops": "DB_URL=\nTOKEN=\n", "api": text}[s]
		}, "env.example:2:1 env/order: TOKEN stands after DB_URL: put it before, as in envmatrix.yaml"},
		"the same one twice":   {replace("ops", "TOKEN=", strings.Repeat("\nTOKEN=", 2)[1:]), "env.example:6:1 env/duplicate: TOKEN stands here twice, in the lines 5 and 6: only the last one counts: remove one"},
		"a secret":             {replace("ops", "TOKEN=", "TOKEN=hunter2"), "env.example:5:1 env/secret-value: TOKEN is a secret, and this file is committed: leave it empty here; if the value was real, replace it at its vendor, because git remembers it"},
		"a line that is torn":  {replace("ops", "TOKEN=", "TOKEN=\nhunter2"), "env.example:6:1 env/syntax: this line is not KEY=value: write a name of letters, digits and _, then =, then the value"},
		"a value of no secret": {replace("api", "SITE=", "SITE=https://example.test"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, m := files(t)
			dir := project(t, m, c.change)
			var lines []string
			for _, f := range env.Parity(m, dir) {
				lines = append(lines, fmt.Sprintf("%s %s: %s: %s", strings.TrimPrefix(f.Where.String(), dir+"/"), f.Rule, f.Title, f.Fix))
			}
			got := ""
			if len(lines) > 0 {
				got = lines[0]
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(lines, "\n     "), c.want)
			}
			if strings.Contains(strings.Join(lines, ""), "hunter2") {
				t.Error("a value is shown")
			}
			faults, _ := errors.AsType[release.Faults](env.Faults(env.Parity(m, dir)))
			if (len(faults) == 0) != (c.want == "") {
				t.Errorf("got %v", faults)
			}
		})
	}
}
