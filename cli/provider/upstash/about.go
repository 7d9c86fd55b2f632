package upstash

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"readme/cli/provider"
)

// about reads the version and what happens when the memory is full. A server that does not tell leaves both unsure.
func about(ctx context.Context, r *redis.Client) []provider.Finding {
	info := map[string]string{}
	if text, err := r.Info(ctx).Result(); err == nil {
		for line := range strings.Lines(text) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				info[name] = value
			}
		}
	}
	policy := info["maxmemory_policy"]
	if policy == "" {
		if m, err := r.ConfigGet(ctx, "maxmemory-policy").Result(); err == nil {
			policy = m["maxmemory-policy"]
		}
	}
	return []provider.Finding{version(info["redis_version"]), eviction(policy)}
}

// version refuses what lacks XAUTOCLAIM, by which jobs of a dead worker are taken over: it came with Redis 6.2.
func version(v string) provider.Finding {
	f := provider.Finding{What: "redis version", Mood: provider.Good, Text: v}
	var major, minor int
	if n, _ := fmt.Sscanf(v, "%d.%d", &major, &minor); n < 2 {
		f.Mood, f.Text = provider.Unsure, "the server does not tell it; the queue needs 6.2"
	} else if major < 6 || major == 6 && minor < 2 {
		f.Mood, f.Text = provider.Bad, v+" is too old: the queue needs 6.2"
	}
	return f
}

func eviction(policy string) provider.Finding {
	f := provider.Finding{What: "redis eviction", Mood: provider.Good, Text: "off: a full server refuses, and forgets nothing"}
	switch policy {
	case "noeviction":
	case "":
		f.Mood, f.Text = provider.Unsure, "the server does not tell whether it forgets entries when it is full; at Upstash it is off unless it was switched on"
	default:
		f.Mood = provider.Warn
		f.Text = policy + ": a full server forgets wake-ups, which the worker's sweep has to send again; switch eviction off"
		f.Page = "https://console.upstash.com/redis"
	}
	return f
}
