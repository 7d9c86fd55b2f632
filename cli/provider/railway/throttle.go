package railway

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"readme/cli/provider"
)

// Besides 429, Railway slows single actions down in prose, with HTTP 200: "... too quickly", "allows 5 deploys per 60
// seconds"; an upload with HTTP 400. Such a call was refused before it was carried out.
const (
	throttleTries = 4
	throttleWait  = 10 * time.Second
	throttleMost  = time.Minute
)

// patiently calls again what was slowed down.
func patiently(ctx context.Context, call func() error) error {
	for attempt := 1; ; attempt++ {
		err := call()
		wait := throttled(err)
		if wait == 0 || attempt == throttleTries {
			return err
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// throttled is how long to wait before the refused call is sent again; 0 if that is not why it was refused.
func throttled(err error) time.Duration {
	e, ok := errors.AsType[*provider.Error](err)
	if !ok || e.Status != http.StatusOK && e.Status != http.StatusBadRequest {
		return 0
	}
	return tooMany(strings.ToLower(e.Message))
}

// tooMany reads the prose, in lower case.
func tooMany(message string) time.Duration {
	per := regexp.MustCompile(`allows .* per (\d+) seconds?`).FindStringSubmatch(message)
	switch {
	case per != nil:
		seconds, err := strconv.Atoi(per[1])
		if err != nil || seconds > int(throttleMost/time.Second) {
			return throttleMost
		}
		return max(time.Second, time.Duration(seconds)*time.Second)
	case strings.Contains(message, "too quickly"):
		return throttleWait
	}
	return 0
}
