package railway

import (
	"context"
	"time"

	"readme/cli/provider"
)

// Unlike lists the settings for the service's next deployment that are not those of want. What want leaves at zero is
// left to Railway.
func (c *Client) Unlike(ctx context.Context, service string, want Settings) ([]provider.Setting, error) {
	is, err := c.Settings(ctx, service)
	if err != nil {
		return nil, err
	}
	var out []provider.Setting
	for _, s := range []provider.Setting{
		{Name: "build", Want: want.Build, Has: is.Build},
		{Name: "start", Want: want.Start, Has: is.Start},
		{Name: "health", Want: want.Health, Has: is.Health},
	} {
		if plain(s.Want) != plain(s.Has) {
			out = append(out, s)
		}
	}
	for _, s := range []struct {
		name      string
		want, has time.Duration
	}{
		{"health_timeout", want.HealthTimeout, is.HealthTimeout},
		{"draining", want.Drain, is.Drain},
	} {
		if s.want != 0 && s.want != s.has {
			out = append(out, provider.Setting{Name: s.name, Want: s.want.String(), Has: s.has.String()})
		}
	}
	return out, nil
}
