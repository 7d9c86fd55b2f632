package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// reserved tells which names steps and references use themselves.
func reserved(name string) bool {
	return slices.Contains([]string{"migrations", "bucket", "release", "smoke_household"}, name)
}

// keysFor lists the keys of a deploy that make sense for where it goes; nil for a vendor that nobody knows.
func keysFor(to string) []string {
	switch to {
	case "railway":
		return []string{"to", "after", "watch", "service", "source", "image", "build", "start", "health", "health_timeout"}
	case "vercel":
		return []string{"to", "after", "watch", "root", "source", "promote"}
	case "pipecat":
		return []string{"to", "after", "watch", "config"}
	}
	return nil
}

func deploy(n, v value) Deploy {
	d := Deploy{Name: named(n), At: n.place()}
	if reserved(d.Name) {
		n.wrong("a service cannot be named "+d.Name, "readme-ops uses this name itself")
	}
	v.object(
		need("to", oneOf(&d.To, "railway", "vercel", "pipecat")),
		may("service", text(&d.Service)),
		may("source", oneOf(&d.Source, "commit", "upload", "image")),
		may("image", text(&d.Image)),
		may("build", text(&d.Build)),
		may("start", text(&d.Start)),
		may("health", text(&d.Health)),
		may("health_timeout", duration(&d.HealthTimeout)),
		may("watch", patterns(&d.Watch)),
		may("config", repoPath(&d.Config)),
		may("root", repoPath(&d.Root)),
		may("after", texts(&d.After)),
		may("promote", oneOf(&d.Promote, "after-smoke")),
	)
	d.fits(v)
	return d
}

// fits checks that the keys suit the vendor.
func (d *Deploy) fits(v value) {
	allowed := keysFor(d.To)
	if allowed == nil {
		return
	}
	v.only(allowed, slices.Concat(keysFor("railway"), keysFor("vercel"), keysFor("pipecat")), "a service on "+d.To)
	has := func(key string) bool { _, ok := v.doc.values[v.path+"."+key]; return ok }
	require := func(key, why string) {
		if !has(key) {
			v.wrong(fmt.Sprintf("the key %q is missing in %s", key, v.path), why)
		}
	}
	switch d.To {
	case "railway":
		d.railway(v, has, require)
	case "vercel":
		require("root", "it is the folder that holds the app")
		if d.Source == "image" {
			v.doc.values[v.path+".source"].wrong("Vercel runs no images", "write source: commit or upload")
		}
	case "pipecat":
		require("config", "it is the path of pcc-deploy.toml")
	}
}

func (d *Deploy) railway(v value, has func(string) bool, require func(key, why string)) {
	require("source", "it is one of commit, upload, image")
	if d.Service == "" && !has("service") {
		d.Service = d.Name
	}
	if d.Health != "" && !strings.HasPrefix(d.Health, "/") {
		v.doc.values[v.path+".health"].wrong(v.path+".health is not a path", "write it with a / in front, such as /health")
	}
	if d.Health == "" && has("health_timeout") {
		v.doc.values[v.path+".health_timeout"].wrong(v.path+" has health_timeout, and no health", "add health: /health, or remove health_timeout")
	}
	if d.Source != "image" {
		if d.Source != "" {
			require("start", "it is the command that runs the service")
		}
		if has("image") {
			v.doc.values[v.path+".image"].wrong(v.path+" has an image, and its source is not image", "write source: image, or remove the image")
		}
		return
	}
	require("image", "source: image needs one, such as ghcr.io/you/api:1.2")
	for _, key := range []string{"build", "watch"} {
		if has(key) {
			v.doc.values[v.path+"."+key].wrong(v.path+" has "+key+", and its source is an image", "an image is deployed as it is: remove "+key)
		}
	}
}

// patterns reads patterns as in .gitignore, relative to the repository.
func patterns(to *[]string) func(value) {
	return func(v value) {
		var ps []string
		texts(&ps)(v)
		for i, p := range ps {
			item := v.doc.values[fmt.Sprintf("%s[%d]", v.path, i)]
			switch {
			case p == "":
			case strings.HasPrefix(p, "!"):
				item.wrong(quote(p)+" excludes files", "list what is watched, without !")
			case !inside(strings.TrimPrefix(p, "/")):
				item.wrong(quote(p)+" leads out of the repository", "patterns are relative to its top, with /")
			case !doublestar.ValidatePattern(p):
				item.wrong(quote(p)+" is not a pattern", "a [ or { is not closed")
			default:
				*to = append(*to, p)
			}
		}
		if len(v.node.Content) == 0 && len(*to) == 0 {
			v.wrong(v.path+" is empty", "remove the key to watch the service's own folder")
		}
	}
}
