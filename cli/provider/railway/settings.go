package railway

import (
	"context"
	"time"

	"readme/cli/provider"
)

// Settings are what a service's next deployment is built and run with.
type Settings struct {
	Build  string // build command, "" for none
	Start  string // start command, without a shell; "" for none
	Health string // path that must answer 200 before a deployment is live, "" for none

	HealthTimeout time.Duration // whole seconds; 0 leaves it as it is
	Drain         time.Duration // between TERM and KILL, whole seconds; 0 leaves it as it is
}

// wireInstance is a service in its environment: the template for its next deployment.
type wireInstance struct {
	BuildCommand       string `json:"buildCommand"`
	StartCommand       string `json:"startCommand"`
	HealthcheckPath    string `json:"healthcheckPath"`
	HealthcheckTimeout int    `json:"healthcheckTimeout"`
	DrainingSeconds    int    `json:"drainingSeconds"`
	RailwayConfigFile  string `json:"railwayConfigFile"`
	Source             *struct {
		Repo  string `json:"repo"`
		Image string `json:"image"`
	} `json:"source"`
}

func (i wireInstance) settings() Settings {
	return Settings{
		Build: i.BuildCommand, Start: i.StartCommand, Health: i.HealthcheckPath,
		HealthTimeout: time.Duration(i.HealthcheckTimeout) * time.Second,
		Drain:         time.Duration(i.DrainingSeconds) * time.Second,
	}
}

func (i wireInstance) repo() string {
	if i.Source == nil {
		return ""
	}
	return i.Source.Repo
}

func (c *Client) instance(ctx context.Context, service string) (wireInstance, error) {
	id, err := c.service(ctx, service)
	if err != nil {
		return wireInstance{}, err
	}
	var a struct {
		ServiceInstance wireInstance `json:"serviceInstance"`
	}
	r := request{op: "read the settings of " + service, document: settingsQuery, vars: map[string]any{"serviceId": id}}
	err = c.in(ctx, r, &a)
	return a.ServiceInstance, err
}

// Settings reads them. They are the template for the next deployment, not what the live one runs with: see Manifest.
func (c *Client) Settings(ctx context.Context, service string) (Settings, error) {
	i, err := c.instance(ctx, service)
	return i.settings(), err
}

// Configure makes the service's settings those of want, for the next deployment; it deploys nothing. Only what differs
// is sent: null would be ignored, and "" clears.
func (c *Client) Configure(ctx context.Context, service string, want Settings) error {
	input, err := c.differing(ctx, service, want)
	if err != nil || len(input) == 0 {
		return err
	}
	id, err := c.service(ctx, service)
	if err != nil {
		return err
	}
	err = c.change(ctx, request{
		op: "configure " + service, document: settingsMutation,
		vars: map[string]any{"serviceId": id, "input": input},
	})
	if provider.Ambiguous(err) {
		if left, readErr := c.differing(ctx, service, want); readErr == nil && len(left) == 0 {
			return nil
		}
	}
	return err
}

// differing is the update that makes the settings those of want; empty if they are.
func (c *Client) differing(ctx context.Context, service string, want Settings) (map[string]any, error) {
	is, err := c.Settings(ctx, service)
	if err != nil {
		return nil, err
	}
	input := map[string]any{}
	if is.Build != want.Build {
		input["buildCommand"] = want.Build
	}
	if is.Start != want.Start {
		input["startCommand"] = want.Start
	}
	if is.Health != want.Health {
		input["healthcheckPath"] = want.Health
	}
	if want.HealthTimeout != 0 && is.HealthTimeout != want.HealthTimeout {
		input["healthcheckTimeout"] = int(want.HealthTimeout.Seconds())
	}
	if want.Drain != 0 && is.Drain != want.Drain {
		input["drainingSeconds"] = int(want.Drain.Seconds())
	}
	return input, nil
}
