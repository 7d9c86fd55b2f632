package vercel_test

import (
	"strings"
	"testing"
	"time"
)

func TestRedeploy_buildsAnEarlierOneOnceMore(t *testing.T) {
	inBubble(t, func(b *bench) {
		f, first := b.linked()
		made := b.fromGit(map[string]any{"type": "github", "org": "acme", "repo": "readme", "ref": "main"}, nil)
		second := f.Push("main", "second words", map[string]string{"services/client/page.txt": "second"})
		b.call("POST", "/v10/projects/readme/env", map[string]any{"key": "NEW", "value": "1", "type": "plain", "target": "production"})
		for _, c := range []struct {
			latest bool
			sha    string
		}{{false, first}, {true, second}} {
			r := b.call("POST", "/v13/deployments?forceNew=1", map[string]any{
				"name": "readme", "deploymentId": made.text("id"), "target": "production", "meta": map[string]any{"action": "redeploy"}, "withLatestCommit": c.latest,
			})
			time.Sleep(2 * time.Minute)
			d := b.call("GET", "/v13/deployments/"+r.text("id"), nil)
			meta, _ := d.json["meta"].(map[string]any)
			if r.text("id") == made.text("id") || d.text("source") != "redeploy" || meta["action"] != "redeploy" || meta["githubCommitSha"] != c.sha {
				b.Errorf("latest %v: %s", c.latest, d.raw)
			}
			if !strings.Contains(jsonText(d.json["env"]), "NEW") {
				b.Errorf("latest %v: it has the variables of before: %v", c.latest, d.json["env"])
			}
		}
	})
}
