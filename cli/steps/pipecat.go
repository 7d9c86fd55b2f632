package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
	"readme/cli/release"
)

// Bot is what a bot at Pipecat Cloud is, as its pcc-deploy.toml and release.yaml say it.
type Bot struct {
	Config pipecat.Config
	Settle time.Duration // how long the session of a check is watched for an exception
	Within time.Duration // the shortest time-out of a check that starts a session; 0 where there is none
}

// onPipecat is a bot at Pipecat Cloud.
type onPipecat struct {
	c *pipecat.Client
	Bot
}

// OnPipecat is a bot at Pipecat Cloud.
func OnPipecat(c *pipecat.Client, b Bot) Host { return onPipecat{c, b} }

func (h onPipecat) Live(ctx context.Context) (provider.Deployment, error) { return h.c.Live(ctx) }

func (h onPipecat) Deployment(ctx context.Context, id string) (provider.Deployment, error) {
	return h.c.Deployment(ctx, id)
}

// Agent reads back what was last asked for.
func (h onPipecat) Agent(ctx context.Context) (pipecat.Config, bool, error) { return h.c.Agent(ctx) }

// BuiltFrom names the context that a build was made from; "" where the vendor does not tell.
func (h onPipecat) BuiltFrom(ctx context.Context, build string) (string, error) {
	b, err := h.c.ReadBuild(ctx, build)
	if provider.NotFound(err) { // builds may be tidied away after a while
		return "", nil
	}
	return b.Hash, err
}

// Deploy builds the bot where the order says so, and forces a new revision where an equal order would be taken for what
// the vendor already has: the last one of the same image did not come up, its variables have changed, or the tag was perhaps pushed again.
func (h onPipecat) Deploy(ctx context.Context, o Order) (string, error) {
	var cfg pipecat.Config
	if err := json.Unmarshal(o.Config, &cfg); err != nil {
		return "", err
	}
	if o.Source == "build" {
		id, err := h.build(ctx, o, cfg)
		if err != nil {
			return "", err
		}
		cfg.Build = id
	}
	live, err := h.c.Live(ctx)
	if err != nil {
		return "", err
	}
	force := live.ID != "" && live.State != provider.Live || cfg.Mutable() || o.Anew
	id, _, err := h.c.Deploy(ctx, cfg, force)
	return id, err
}

func (h onPipecat) build(ctx context.Context, o Order, cfg pipecat.Config) (string, error) {
	from, err := pipecat.ReadContext(o.Archive, cfg.Dockerfile)
	if err != nil {
		return "", err
	}
	if from.Hash != o.Tree {
		return "", fmt.Errorf("the archive of %s is not the one that was planned: %s, not %s", o.Name, from.Hash, o.Tree)
	}
	say := func(line string) { o.say("build", line) }
	id, cached, err := h.c.Build(ctx, pipecat.BuildOrder{
		Archive: o.Archive, Context: from, Dockerfile: cfg.Dockerfile, Region: cfg.Region, Doing: o.doing, Say: say,
	})
	if failed, ok := errors.AsType[*pipecat.BuildError](err); ok {
		return "", &release.Fault{
			Title: o.Name + " could not be built at pipecat", Detail: failed.Error(),
			Evidence: []release.Evidence{failed.Evidence()}, Try: "readme-ops plan", Cause: err,
		}
	}
	if err == nil && cached {
		o.say("", "build "+id+" is of the very same files, and is taken as it is")
	}
	return id, err
}

// Restore puts the recorded image or build back, with the scaling and size that it had.
func (h onPipecat) Restore(ctx context.Context, to provider.Deployment, _ provider.Marker) (string, error) {
	was, err := pipecat.Settings(to.Settings)
	if err != nil {
		return "", err
	}
	was.Image, was.Build = to.Image, to.Build
	id, _, err := h.c.Restore(ctx, was)
	return id, err
}

// Unprepare gives the agent the scaling back that it had: the vendor keeps that beside its deployments.
func (h onPipecat) Unprepare(ctx context.Context, before provider.Deployment) error {
	was, err := pipecat.Settings(before.Settings)
	if err != nil || before.Settings == "" {
		return err
	}
	return h.c.Rescale(ctx, was)
}

func (h onPipecat) Logs(ctx context.Context, id string, since time.Time, contains string) ([]provider.LogLine, error) {
	return h.c.Logs(ctx, pipecat.LogQuery{Deployment: id, Since: since, Contains: contains})
}

// BuildLogs is the log of the cloud build that the deployment runs; nothing for an image, which was built elsewhere.
func (h onPipecat) BuildLogs(ctx context.Context, id string) ([]provider.LogLine, error) {
	build, err := h.c.BuildOf(ctx, id)
	if err != nil || build == "" {
		return nil, err
	}
	text, err := h.c.BuildLog(ctx, build)
	if err != nil {
		return nil, err
	}
	var lines []provider.LogLine
	for _, line := range text {
		lines = append(lines, provider.LogLine{Deployment: id, Text: line})
	}
	return lines, nil
}

// Variables gives the names in the bot's secret set; the vendor never gives a value back.
func (h onPipecat) Variables(ctx context.Context) ([]provider.Variable, error) {
	return h.c.ListVariables(ctx, h.Config.SecretSet)
}
