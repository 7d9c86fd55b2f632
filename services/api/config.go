package main

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"strconv"
)

// minToken is the fewest characters of an admin token.
const minToken = 32

// config is what the variables say.
type config struct {
	databaseURL, supabaseURL, supabaseKey, redisURL string

	token   [sha256.Size]byte // a hash: the token itself is not kept, so nothing can print it
	address string
	commit  string
	maxFile int64 // bytes of one upload
}

// readConfig reads the variables of env.example and those of the platform. Its error names a variable, never a value.
func readConfig(getenv func(string) string) (config, error) {
	var cfg config
	var token string
	for _, v := range []struct {
		name string
		into *string
	}{
		{"DATABASE_URL", &cfg.databaseURL},
		{"SUPABASE_URL", &cfg.supabaseURL},
		{"SUPABASE_SECRET_KEY", &cfg.supabaseKey},
		{"REDIS_URL", &cfg.redisURL},
		{"ADMIN_TOKEN", &token},
	} {
		if *v.into = getenv(v.name); *v.into == "" {
			return cfg, fmt.Errorf("%s is not set", v.name)
		}
	}
	if len(token) < minToken {
		return cfg, fmt.Errorf("ADMIN_TOKEN must have at least %d characters", minToken)
	}
	cfg.token = sha256.Sum256([]byte(token))
	port := getenv("PORT")
	if port == "" {
		return cfg, errors.New("PORT is not set")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return cfg, errors.New("PORT must be a number up to 65535")
	}
	cfg.address = net.JoinHostPort(cmp.Or(getenv("HOST"), "0.0.0.0"), port)
	cfg.commit = cmp.Or(getenv("RAILWAY_GIT_COMMIT_SHA"), getenv("RELEASE_COMMIT"), "unknown")
	cfg.maxFile = 50_000_000 // 50 MB, as the bucket counts it
	return cfg, nil
}
