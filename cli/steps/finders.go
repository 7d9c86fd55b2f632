package steps

import (
	"context"
	"encoding/json"
	"slices"

	"readme/cli/provider"
	"readme/cli/provider/pipecat"
)

func (h onRailway) Past(ctx context.Context, _ provider.Marker) ([]string, error) {
	list, err := h.c.Deployments(ctx, h.service)
	return ids(list), err
}

func (h onRailway) Find(ctx context.Context, o Order, had []string) (string, error) {
	return h.c.Find(ctx, o.Request(), had)
}

func (h onRailway) FindBack(ctx context.Context, to provider.Deployment, _ provider.Marker, had []string) (string, error) {
	return h.c.FindBack(ctx, h.service, to, had)
}

func (h onRailway) Recall(id, _ string) { h.c.Recall(id) }

func (h onVercel) Past(ctx context.Context, m provider.Marker) ([]string, error) {
	list, err := h.c.Made(ctx, m.Release)
	return ids(list), err
}

func (h onVercel) Find(ctx context.Context, o Order, had []string) (string, error) {
	list, err := h.c.Made(ctx, o.Marker.Release)
	return pick(list, had, func(d provider.Deployment) bool { return d.Marker == o.Marker }), err
}

// FindBack: a rollback and a promote make nothing new, they move the domain, and are known by that.
func (h onVercel) FindBack(ctx context.Context, to provider.Deployment, m provider.Marker, had []string) (string, error) {
	live, err := h.c.Live(ctx)
	if err != nil || live.ID == to.ID {
		return live.ID, err
	}
	list, err := h.c.Made(ctx, m.Release)
	return pick(list, had, func(d provider.Deployment) bool {
		return d.Marker == m && (d.State == provider.Building || d.State == provider.Staged)
	}), err
}

// Past is what was last asked for: the vendor shows nothing older.
func (h onPipecat) Past(ctx context.Context, _ provider.Marker) ([]string, error) {
	live, err := h.c.Live(ctx)
	if err != nil || live.ID == "" {
		return nil, err
	}
	return []string{live.ID}, nil
}

func (h onPipecat) Find(ctx context.Context, o Order, had []string) (string, error) {
	var cfg pipecat.Config
	if err := json.Unmarshal(o.Config, &cfg); err != nil {
		return "", err
	}
	if o.Source == "build" {
		live, err := h.c.Live(ctx)
		if err != nil || live.Build == "" {
			return "", err
		}
		of, err := h.BuiltFrom(ctx, live.Build)
		if err != nil || !sameContext(o, cfg, of) {
			return "", err
		}
		cfg.Build = live.Build
	}
	return h.c.Find(ctx, cfg, last(had))
}

// sameContext reports whether a build was made of the order's files. A context has two names, depending on who has sent
// it; the second one is known where the archive is still here.
func sameContext(o Order, cfg pipecat.Config, of string) bool {
	if of == o.Tree {
		return of != ""
	}
	from, err := pipecat.ReadContext(o.Archive, cfg.Dockerfile)
	return err == nil && from.Hash == o.Tree && from.Is(of)
}

func (h onPipecat) FindBack(ctx context.Context, to provider.Deployment, _ provider.Marker, had []string) (string, error) {
	was, err := pipecat.Settings(to.Settings)
	if err != nil {
		return "", err
	}
	was.Image, was.Build, was.Region = to.Image, to.Build, ""
	if was.Builds() {
		return "", nil
	}
	return h.c.Find(ctx, was, last(had))
}

func (h onPipecat) Recall(id, before string) { h.c.Recall(id, before) }

func ids(list []provider.Deployment) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.ID)
	}
	return out
}

// pick is the first that is none of had; "" for none.
func pick(list []provider.Deployment, had []string, ours func(provider.Deployment) bool) string {
	for _, d := range list {
		if !slices.Contains(had, d.ID) && ours(d) {
			return d.ID
		}
	}
	return ""
}

func last(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}
