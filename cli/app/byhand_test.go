package app_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/joho/godotenv"
	"github.com/rogpeppe/go-internal/testscript"

	"readme/cli/box"
	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/provider/railway"
	"readme/cli/provider/supabase"
	"readme/cli/release"
)

// byHand ENV DEED WORDS... does in an environment what a person does by hand at its vendors, past readme-ops:
// variable SERVICE NAME VALUE, start SERVICE COMMAND, deploy SERVICE REVISION, agents NUMBER, public BUCKET, sql STATEMENT; places (the services,
// the project and the secret set without anything in them), client NAME VALUE (at Vercel), secret NAME VALUE (of the bot).
func byHand(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	values, err := godotenv.Read(filepath.Join(ts.MkAbs("."), ".env."+args[0]))
	ts.Check(err)
	h := hand{ts: ts, values: values, env: args[0]}
	deed, words := args[1], args[2:]
	switch deed {
	case "variable", "start", "deploy":
		h.railway(ctx, deed, words)
	case "places", "client", "secret":
		h.variables(ctx, deed, words)
	case "agents":
		h.agents(ctx, words[0])
	case "public":
		c, err := supabase.New(supabase.Options{Base: values["SUPABASE_URL"], Key: release.NewSecret(values["SUPABASE_SECRET_KEY"])})
		ts.Check(err)
		defer c.Close()
		b, _, err := c.Bucket(ctx, words[0])
		ts.Check(err)
		b.Public = true
		ts.Check(c.UpdateBucket(ctx, b))
	case "sql":
		conn, err := pgx.Connect(ctx, values["DATABASE_URL"])
		ts.Check(err)
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, words[0])
		ts.Check(err)
	default:
		ts.Fatalf("nobody can do %q by hand", deed)
	}
}

type hand struct {
	ts     *testscript.TestScript
	values map[string]string
	env    string
}

func (h hand) railway(ctx context.Context, deed string, words []string) {
	c, err := railway.New(railway.Options{
		Base: h.values["RAILWAY_API_URL"], Token: release.NewSecret(h.values["RAILWAY_TOKEN"]), Project: "product", Environment: h.env,
	})
	h.ts.Check(err)
	defer c.Close()
	switch deed {
	case "variable":
		h.ts.Check(c.SetVariables(ctx, words[0], map[string]release.Secret{words[1]: release.NewSecret(words[2])}))
	case "start":
		s, err := c.Settings(ctx, words[0])
		h.ts.Check(err)
		s.Start = words[1]
		h.ts.Check(c.Configure(ctx, words[0], s))
	case "deploy":
		git := exec.CommandContext(ctx, "git", "rev-parse", words[1])
		git.Dir = h.ts.MkAbs(".")
		sha, err := git.Output()
		h.ts.Check(err)
		id, err := c.Deploy(ctx, provider.Request{Service: words[0], Commit: provider.Commit{Repo: box.Repo("product"), SHA: strings.TrimSpace(string(sha))}})
		h.ts.Check(err)
		for d := (provider.Deployment{}); d.State != provider.Live; time.Sleep(50 * time.Millisecond) {
			d, err = c.Deployment(ctx, id)
			h.ts.Check(err)
		}
	}
}

func (h hand) agents(ctx context.Context, number string) {
	least, err := strconv.Atoi(number)
	h.ts.Check(err)
	c, err := pipecat.New(pipecat.Options{Base: h.values["PIPECAT_API_HOST"], PrivateKey: release.NewSecret(h.values["PIPECAT_PRIVATE_KEY"]), Agent: "product-" + h.env})
	h.ts.Check(err)
	defer c.Close()
	h.ts.Check(c.Rescale(ctx, pipecat.Config{MinAgents: &least}))
}
