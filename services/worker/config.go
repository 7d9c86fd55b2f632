package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// config is what the variables say.
type config struct {
	databaseURL, supabaseURL, supabaseKey, redisURL string

	name   string // of this worker, in the queue; see queue.Settings
	commit string
}

// readConfig reads the variables of env.example and those of the platform. host names the machine, for a platform that
// tells no replica. The error names a variable, never a value.
func readConfig(getenv func(string) string, host string) (config, error) {
	var cfg config
	for _, v := range []struct {
		name string
		into *string
	}{
		{"DATABASE_URL", &cfg.databaseURL},
		{"SUPABASE_URL", &cfg.supabaseURL},
		{"SUPABASE_SECRET_KEY", &cfg.supabaseKey},
		{"REDIS_URL", &cfg.redisURL},
	} {
		if *v.into = getenv(v.name); *v.into == "" {
			return cfg, fmt.Errorf("%s is not set", v.name)
		}
	}
	if strings.ContainsAny(cfg.supabaseKey, " \t\r\n") {
		return cfg, errors.New("SUPABASE_SECRET_KEY holds a space or a line break")
	}
	cfg.name = "worker-" + cmp.Or(getenv("RAILWAY_REPLICA_ID"), host, "1")
	cfg.commit = cmp.Or(getenv("RAILWAY_GIT_COMMIT_SHA"), getenv("RELEASE_COMMIT"), "unknown")
	return cfg, nil
}
