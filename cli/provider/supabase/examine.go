package supabase

import (
	"context"
	"net/http"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// patience is the time for all that Examine asks.
const patience = 30 * time.Second

// Examine looks for doctor at the key, at the project that it leads to, and at the bucket. It changes nothing.
func (c *Client) Examine(ctx context.Context, bucket string) []provider.Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := []provider.Finding{c.examineKey(), c.examineProject()}
	if err := c.Probe(ctx); err != nil {
		return append(out, c.shut(err))
	}
	out = append(out, provider.Finding{What: "storage", Text: "answers, and takes the key", Mood: provider.Good})
	if bucket == "" {
		return out
	}
	return append(out, c.examineBucket(ctx, bucket))
}

func (c *Client) examineKey() provider.Finding {
	f := provider.Finding{What: "key", Mood: provider.Good, Text: "a secret key (sb_secret_…)"}
	switch {
	case c.key.kind == otherKey:
		f.Mood, f.Text = provider.Unsure, "of no form that is known here; the server key begins with sb_secret_"
	case c.key.kind == secretKey:
	case !c.key.expires.IsZero() && time.Now().After(c.key.expires):
		f.Mood, f.Text, f.Page = provider.Bad, "the older service_role key expired on "+c.key.expires.UTC().Format(time.DateOnly), c.keysPage()
	default:
		f.Mood, f.Page = provider.Warn, c.keysPage()
		f.Text = "the older service_role key, which Supabase gives up by the end of 2026: make a secret key and set SUPABASE_SECRET_KEY to it"
	}
	return f
}

func (c *Client) keysPage() string {
	ref := c.ref
	if ref == "" {
		ref = "_" // the dashboard asks which
	}
	return "https://supabase.com/dashboard/project/" + ref + "/settings/api-keys"
}

// examineProject compares the pinned project with the address and with what a legacy key says.
func (c *Client) examineProject() provider.Finding {
	f := provider.Finding{What: "project", Mood: provider.Good, Text: c.ref}
	host := hostOf(c.base)
	at := refOfHost(host)
	err := CheckRef(c.ref, c.base, release.Secret{})
	switch {
	case loopback(host):
		f.Text = "an emulator on this machine"
	case err != nil:
		f.Mood, f.Text, f.Try = provider.Bad, release.AsFault(err).Title, release.AsFault(err).Try
	case c.ref != "" && c.key.ref != "" && c.key.ref != c.ref:
		f.Mood, f.Text, f.Page = provider.Bad, "the key is of the project "+c.key.ref+", and "+c.ref+" is pinned", c.keysPage()
	case at == "":
		f.Mood, f.Text = provider.Unsure, host+" does not say which project it is"
	case c.ref == "":
		f.Mood, f.Text = provider.Warn, at+", and release.yaml pins none: a wrong SUPABASE_URL would not be noticed"
	}
	return f
}

// shut is what it means that the probe failed.
func (c *Client) shut(err error) provider.Finding {
	f := provider.Finding{What: "storage", Mood: provider.Bad, Text: err.Error()}
	switch provider.StatusOf(err) {
	case http.StatusUnauthorized, http.StatusForbidden:
		f.Text, f.Page = "refuses the key: "+err.Error(), c.keysPage()
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, 544:
		f.Mood = provider.Unsure
	}
	return f
}

func (c *Client) examineBucket(ctx context.Context, name string) provider.Finding {
	f := provider.Finding{What: "bucket " + name, Mood: provider.Good}
	b, found, err := c.Bucket(ctx, name)
	switch {
	case err != nil:
		f.Mood, f.Text = provider.Unsure, err.Error()
	case !found:
		f.Mood, f.Text = provider.Warn, "is not there; a release makes it"
	default:
		f.Text = b.String()
	}
	return f
}
