package railway

import "fmt"

// updateSettings changes the template for the next deployment, in one environment or in all. Null changes nothing, and
// "" clears. It deploys nothing.
func (e *Emulator) updateSettings(c *call) (any, error) {
	if c.service == nil {
		return nil, errNotAuthorized
	}
	targets := c.service.project.instances(c.service)
	if c.at != nil {
		targets = []*instance{c.at}
	}
	if len(targets) == 0 {
		return nil, errNoInstance
	}
	repo := ""
	if from, ok := c.in["source"].(map[string]any); ok {
		repo = text(from, "repo")
	}
	commit, err := e.source(c, repo, "")
	if err != nil {
		return nil, err
	}
	changed := make([]settings, len(targets))
	for i, in := range targets {
		changed[i] = in.Settings
		for name, value := range c.in {
			if value == nil {
				continue
			}
			if err := changed[i].set(name, value, c.in); err != nil {
				return nil, err
			}
		}
	}
	if _, ok := e.strikes(FaultSettingsFail, targets[0]); ok {
		return true, nil
	}
	for i, in := range targets {
		in.Settings, in.Updated = changed[i], now()
		if from, ok := c.in["source"].(map[string]any); ok {
			in.connectTo(repo, in.Source.Branch, text(from, "image"), commit)
		}
	}
	return true, e.accept()
}

// set changes one setting to a value of the input.
func (s *settings) set(name string, value any, in map[string]any) error {
	switch name {
	case "buildCommand":
		s.Build = text(in, name)
	case "startCommand":
		s.Start = text(in, name)
	case "rootDirectory":
		s.Root = text(in, name)
	case "dockerfilePath":
		s.Dockerfile = text(in, name)
	case "builder":
		s.Builder = text(in, name)
	case "watchPatterns":
		s.Watch = texts(value)
	case "preDeployCommand":
		s.PreDeploy = texts(value)
	case "healthcheckPath":
		s.Health = text(in, name)
	case "healthcheckTimeout":
		s.HealthTimeout = whole(in, name, 0)
	case "drainingSeconds":
		s.Drain = whole(in, name, 0)
	case "overlapSeconds":
		s.Overlap = whole(in, name, 0)
	case "restartPolicyType":
		s.Restart = text(in, name)
	case "restartPolicyMaxRetries":
		s.Retries = whole(in, name, 0)
	default:
		return s.setMore(name, value, in)
	}
	return nil
}

func (s *settings) setMore(name string, value any, in map[string]any) error {
	switch name {
	case "cronSchedule":
		s.Cron = text(in, name)
	case "sleepApplication":
		s.Sleep = flag(in, name)
	case "region":
		s.Region = text(in, name)
	case "multiRegionConfig":
		s.Regions = value
	case "numReplicas":
		if whole(in, name, 0) < 1 {
			return refusal{"Error in numReplicas - Invalid input", codeInput}
		}
		s.Replicas = whole(in, name, 0)
	case "railwayConfigFile":
		return refusal{"Config as Code (railway.json / railway.toml) is deprecated", codeInput}
	case "source", "registryCredentials", "ipv6EgressEnabled", "nixpacksPlan": // the source is the caller's; the rest shows nowhere
	default:
		return fmt.Errorf("the emulator does not know the setting %s", name)
	}
	return nil
}

// builder is the one that builds, RAILPACK unless another was chosen.
func (s settings) builder() string {
	if s.Builder == "" {
		return "RAILPACK"
	}
	return s.Builder
}

// manifest is what a deployment with these settings really went out with.
func (s settings) manifest() map[string]any {
	deploy := map[string]any{
		"startCommand": orNull(s.Start), "preDeployCommand": orNone(s.PreDeploy), "healthcheckPath": orNull(s.Health),
		"healthcheckTimeout": orNull(s.HealthTimeout), "restartPolicyType": s.Restart, "restartPolicyMaxRetries": s.Retries,
		"overlapSeconds": s.Overlap, "drainingSeconds": s.Drain, "cronSchedule": orNull(s.Cron), "sleepApplication": s.Sleep,
		"region": orNull(s.Region), "numReplicas": max(s.Replicas, 1),
	}
	if s.Regions != nil {
		deploy["multiRegionConfig"] = s.Regions
	}
	return map[string]any{
		"build": map[string]any{
			"builder": s.builder(), "buildCommand": orNull(s.Build), "dockerfilePath": orNull(s.Dockerfile), "watchPatterns": orNone(s.Watch),
		},
		"deploy": deploy,
	}
}

// orNone gives an empty list for a nil one.
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
