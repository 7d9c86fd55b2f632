package box_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"readme/cli/box"
	"readme/cli/box/postgres/pgtest"
	"readme/cli/provider/railway"
	"readme/cli/release"
	"readme/cli/spec"
)

const pinnedProject = "0b0e7a3c-8f9f-4d5e-9a53-6b1f3f9d2c11"

// pinned is an environment of the one Railway project.
func pinned(name, at, team string) spec.Environment {
	e := spec.Environment{Name: name}
	e.Targets.Railway.Project, e.Targets.Railway.Environment = pinnedProject, at
	e.Targets.Vercel.Project, e.Targets.Vercel.Team, e.Targets.Pipecat.Agent = "readme", team, "readme-"+name
	return e
}

// shared is a box that plays these environments on a real Postgres. It is up until down is called.
func shared(t *testing.T, project, database string, envs ...spec.Environment) (info box.Info, down func()) {
	t.Helper()
	c := config(t, project, func(string) {})
	c.Command, c.Environ[1] = box.Shared, box.OwnDatabase+"="+database
	c.Release.Environments = slices.Concat(envs, []spec.Environment{{Name: "local", Box: true}})
	b := open(t, c)
	return b.Info(), func() { shut(t, b) }
}

func account(t *testing.T, info box.Info, env string) map[string]string {
	t.Helper()
	values, err := info.Account(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// server is the URL of a Postgres on this machine; the databases of these environments are dropped in the end.
func server(t *testing.T, envs ...string) string {
	t.Helper()
	admin := pgtest.Admin(t, pgtest.Database(t))
	if box.Loopback(admin) != nil {
		t.Skip("the Postgres of the tests is not on this machine, and a box takes no other")
	}
	t.Cleanup(func() {
		for _, env := range envs {
			conn, err := pgx.Connect(context.WithoutCancel(t.Context()), admin)
			if err != nil {
				t.Error(err)
				return
			}
			name := pgx.Identifier{conn.Config().Database + "_" + env}.Sanitize()
			if _, err := conn.Exec(context.WithoutCancel(t.Context()), "drop database if exists "+name); err != nil {
				t.Error(err)
			}
			_ = conn.Close(context.WithoutCancel(t.Context()))
		}
	})
	return admin
}

func TestAccounts_giveEachEnvironmentItsOwn(t *testing.T) {
	info, _ := shared(t, t.TempDir(), server(t, "dev-a", "dev_a"), pinned("dev-a", "development", ""), pinned("dev_a", "production", "team_1"))
	dev, prod := account(t, info, "dev-a"), account(t, info, "dev_a")
	for _, name := range []string{"DATABASE_URL", "REDIS_URL", "SUPABASE_URL", "SUPABASE_SECRET_KEY", "RAILWAY_TOKEN", "ADMIN_TOKEN", "VERCEL_API_URL", "VERCEL_AUTOMATION_BYPASS_SECRET"} {
		if dev[name] == "" || dev[name] == prod[name] {
			t.Errorf("%s is %q in the one, and %q in the other", name, dev[name], prod[name])
		}
	}
	for _, name := range []string{"RAILWAY_API_URL", "PIPECAT_API_HOST", "VERCEL_TOKEN", "PIPECAT_PRIVATE_KEY"} {
		if dev[name] == "" || dev[name] != prod[name] {
			t.Errorf("%s is %q in the one, and %q in the other", name, dev[name], prod[name])
		}
	}
	if n := len(dev["VERCEL_AUTOMATION_BYPASS_SECRET"]); n != 32 {
		t.Errorf("the bypass secret has %d characters", n)
	}
	if dev["DATABASE_URL"] == info.Database.Reveal() || dev["REDIS_URL"] == info.Redis.Reveal() {
		t.Error("it shares what belongs to the box's own environment")
	}
	for _, values := range []map[string]string{dev, prod} {
		conn, err := pgx.Connect(t.Context(), values["DATABASE_URL"])
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close(t.Context())
	}
	for _, name := range []string{"local", "staging", ""} {
		if values, err := info.Account(t.Context(), name); err == nil {
			t.Errorf("%q has an account: %v", name, values)
		}
	}
	// one project, by its id; each token opens one environment of it
	target := func(values map[string]string, environment string) (railway.Target, error) {
		c, err := railway.New(railway.Options{
			Base: values["RAILWAY_API_URL"], Token: release.NewSecret(values["RAILWAY_TOKEN"]), Project: pinnedProject, Environment: environment,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.Target(t.Context())
	}
	one, err := target(dev, "development")
	other, err2 := target(prod, "production")
	if err != nil || err2 != nil || one.ProjectID != pinnedProject || other.ProjectID != pinnedProject || one.EnvironmentID == other.EnvironmentID {
		t.Errorf("got %+v, %v and %+v, %v", one, err, other, err2)
	}
	if _, err := target(dev, "production"); exitOf(t, err) != release.ExitInvalid {
		t.Errorf("a token opens another environment: %v", err)
	}
}

// release.yaml changes between one `box up` and the next; what a person has in a values file must stay true.
func TestAccounts_areKeptWhateverComesAndGoes(t *testing.T) {
	project, database := t.TempDir(), server(t, "dev", "prod", "staging")
	up := func(envs ...spec.Environment) map[string]map[string]string {
		info, down := shared(t, project, database, envs...)
		defer down()
		out := map[string]map[string]string{}
		for _, e := range envs {
			out[e.Name] = account(t, info, e.Name)
		}
		return out
	}
	dev, prod, staging := pinned("dev", "development", ""), pinned("prod", "production", "team_1"), pinned("staging", "staging", "")
	first := up(dev, prod)
	second := up(staging, prod)
	third := up(prod, staging, dev)
	for name, c := range map[string][2]map[string]string{
		"prod, without dev": {first["prod"], second["prod"]}, "prod": {first["prod"], third["prod"]},
		"dev, which was away": {first["dev"], third["dev"]}, "staging": {second["staging"], third["staging"]},
	} {
		if diff := cmp.Diff(c[0], c[1]); diff != "" {
			t.Errorf("%s (-before +now):\n%s", name, diff)
		}
	}
	if third["staging"]["REDIS_URL"] == third["dev"]["REDIS_URL"] {
		t.Error("the new one has the queue of one that was away")
	}
}

func TestAccounts_areForABoxThatStaysUp(t *testing.T) {
	c := config(t, t.TempDir(), func(string) {})
	c.Release.Environments = []spec.Environment{pinned("dev", "development", "")}
	if _, err := open(t, c).Info().Account(t.Context(), "dev"); err == nil {
		t.Error("a box that passes through for one release plays other environments")
	}
	c = config(t, t.TempDir(), func(string) {})
	c.Command, c.Release.Environments = box.Shared, []spec.Environment{pinned("dev", "development", "")}
	_, err := box.Open(t.Context(), c)
	if exitOf(t, err) != release.ExitStepFailed || !strings.Contains(err.Error(), box.OwnDatabase) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a database of one's own that does not answer: %v", err)
	}
}

func TestAccounts_sayWhyAServerMakesNoDatabase(t *testing.T) {
	admin := server(t)
	conn, err := pgx.Connect(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), "drop role if exists poor; create role poor login password 'hunter2'"); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(t.Context()), "drop role poor") }()
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("poor", "hunter2")
	c := config(t, t.TempDir(), func(string) {})
	c.Command, c.Environ[1], c.Release.Environments = box.Shared, box.OwnDatabase+"="+u.String(), []spec.Environment{pinned("dev", "development", "")}
	_, err = box.Open(t.Context(), c)
	if exitOf(t, err) != release.ExitStepFailed || !strings.Contains(err.Error(), "did not make the database") || !strings.Contains(err.Error(), "permission denied") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
