package pipecat

import (
	"maps"
	"slices"
	"strings"
)

// tagWords are words in an image's tag that bring a fault with them: a second way to ask for one, which a pipeline that
// cannot reach the board has.
func tagWords() map[string]string {
	return map[string]string{
		"operator_stuck": FaultStuckOperator, "crashloop": FaultCrashLoop, "pull_backoff": FaultPullBackOff,
		"degraded": FaultDegraded, "rollout_failed": FaultRolloutFailed, "never_ready": FaultNeverReady,
		"bot_exception": FaultBotRaises, "slow": FaultSlowRollout, "image_not_found": FaultImageNotFound,
		"image_unauthorized": FaultImageUnauthorized, "image_too_large": FaultImageTooLarge,
		"image_rate_limit": FaultPullRateLimit, "image_platform": FaultInvalidPlatform, "unknown_error": FaultUnknownError,
	}
}

// pullErrors are fates that end in errors[], with the platform's code and text.
func pullErrors() map[string][2]string {
	return map[string][2]string{
		FaultImageNotFound:     {"PCC_IMAGE_NOT_FOUND", "Image not found. Check the image name and tag."},
		FaultImageUnauthorized: {"PCC_IMAGE_PULL_UNAUTHORIZED", "Unauthorized to pull image. Check your image pull secret."},
		FaultImageTooLarge:     {"PCC_IMAGE_TOO_LARGE", "Image is too large."},
		FaultPullRateLimit:     {"PCC_IMAGE_PULL_RATE_LIMIT", "Rate limit exceeded while pulling the image."},
		FaultInvalidPlatform:   {"PCC_INVALID_IMAGE_PLATFORM", "Image is not built for linux/arm64."},
		FaultUnknownError:      {"PCC_UNKNOWN_ERROR", "The agent exited at start. See its logs."},
	}
}

// fates are the faults that decide what becomes of a deployment; "" is a good one.
func fates() []string {
	return []string{
		FaultImageNotFound, FaultImageUnauthorized, FaultImageTooLarge, FaultPullRateLimit, FaultInvalidPlatform, FaultUnknownError,
		FaultPullBackOff, FaultCrashLoop, FaultRolloutFailed, FaultDegraded, FaultNeverReady, FaultStuckOperator,
	}
}

// slowTag is how many times slower an image with the word slow rolls out.
const slowTag = 10

// doom decides what becomes of a new deployment: by its image's tag, by what its build holds, and by the board.
func (e *Emulator) doom(d *deployment, agent string) {
	tag := d.Spec.Image[strings.LastIndex(d.Spec.Image, ":")+1:]
	words := tagWords()
	for _, word := range slices.Sorted(maps.Keys(words)) {
		switch {
		case d.Spec.Image == "" || !strings.Contains(tag, word):
		case words[word] == FaultSlowRollout:
			d.Phase = slowTag * e.cfg.Pace
		default:
			d.Fate = words[word]
		}
	}
	if b := e.state.build(d.Spec.BuildID); b != nil && b.Broken != "" {
		d.Fate, d.Trace = FaultCrashLoop, b.Broken
	}
	for _, name := range fates() {
		if _, hit := e.board.Strike(name, agent); hit {
			d.Fate = name
			break
		}
	}
	if f, hit := e.board.Strike(FaultSlowRollout, agent); hit {
		d.Phase = f.For / activePhase
	}
	if f, hit := e.board.Strike(FaultReadyOffTheOld, agent); hit {
		d.Late = f.For
	}
	if f, hit := e.board.Strike(FaultThrottled, agent); hit {
		d.Idle = f.For
	}
}

// traceback is what a bot.py writes that fails at import, unless its build says what is wrong with it.
const traceback = `Traceback (most recent call last):
  File "/app/app.py", line 19, in <module>
    from bot import bot
  File "/app/bot.py", line 3, in <module>
    import missing_module
ModuleNotFoundError: No module named 'missing_module'`

func (d *deployment) trace() string {
	if d.Trace != "" {
		return d.Trace
	}
	return traceback
}
