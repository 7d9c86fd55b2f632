package supabase_test

import (
	"fmt"
	"strings"
	"testing"

	"readme/cli/provider/supabase"
	"readme/cli/release"
)

func TestCheckRef(t *testing.T) {
	const ours, theirs = "abcdefghijklmnopqrst", "tsrqponmlkjihgfedcba"
	https := func(ref string) string { return "https://" + ref + ".supabase.co" }
	pooler := func(user string) string {
		return "postgresql://" + user + ":hunter2@aws-0-eu-central-1.pooler.supabase.com:5432/postgres"
	}
	direct := func(ref string) string {
		return "postgresql://postgres:hunter2@db." + ref + ".supabase.co:5432/postgres"
	}
	const local, box = "postgresql://readme:hunter2@127.0.0.1:5433/readme", "http://127.0.0.1:4000"
	for name, x := range map[string]struct{ ref, url, database, says string }{
		"all ours, by the pooler":    {ours, https(ours), pooler("postgres." + ours), ""},
		"all ours, directly":         {ours, https(ours) + "/", direct(ours), ""},
		"in capital letters":         {ours, strings.ToUpper(https(ours)), direct(strings.ToUpper(ours)), ""},
		"a role of its own":          {ours, https(ours), pooler("readme_api." + ours), ""},
		"the host for large files":   {ours, "https://" + ours + ".storage.supabase.co", "", ""},
		"no database to look at":     {ours, https(ours), "", ""},
		"nothing pinned":             {"", https(theirs), direct(theirs), ""},
		"the box":                    {ours, box, local, ""},
		"the box, by name":           {ours, "http://localhost:1", "postgresql://u:p@[::1]/db", ""},
		"addresses of one's own":     {ours, "https://api.example.com", "postgresql://u:p@db.example.com/db", ""},
		"the pooler without a ref":   {ours, https(ours), pooler("postgres"), ""}, // it says itself: tenant not found
		"another project":            {ours, https(theirs), "", "SUPABASE_URL belongs to another"},
		"another one's large files":  {ours, "https://" + theirs + ".storage.supabase.co", "", "SUPABASE_URL belongs to another"},
		"another one's pooler":       {ours, https(ours), pooler("postgres." + theirs), "DATABASE_URL belongs to another"},
		"another one's database":     {ours, https(ours), direct(theirs), "DATABASE_URL belongs to another"},
		"our storage, own database":  {ours, https(ours), local, "not of one world"},
		"own storage, our database":  {ours, box, direct(ours), "not of one world"},
		"a transaction pooler":       {ours, https(ours), strings.Replace(pooler("postgres."+ours), "5432", "6543", 1), "transaction pooler"},
		"a database that is no such": {ours, https(ours), "hunter2", "not an address of Postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			err := supabase.CheckRef(x.ref, x.url, release.NewSecret(x.database))
			if x.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatal("it passed")
			}
			f := release.AsFault(err)
			if !strings.Contains(f.Title, x.says) || f.Exit != release.ExitInvalid || f.Try == "" {
				t.Errorf("got %+v", f)
			}
			if strings.Contains(fmt.Sprintf("%+v %v", *f, f.Evidence), "hunter2") {
				t.Errorf("it shows the password: %+v", f)
			}
		})
	}
}
