package pipecat

import (
	"slices"
	"time"

	"readme/cli/box/fault"
)

// What can go wrong with a deployment. It is decided when the deployment is accepted, and kept with it.
const (
	FaultImageNotFound     = "image-not-found"
	FaultImageUnauthorized = "image-unauthorized"
	FaultImageTooLarge     = "image-too-large"
	FaultPullRateLimit     = "image-pull-rate-limit"
	FaultInvalidPlatform   = "invalid-platform"
	FaultUnknownError      = "unknown-error"
	FaultPullBackOff       = "pull-backoff"
	FaultCrashLoop         = "crash-loop"
	FaultRolloutFailed     = "rollout-failed"
	FaultDegraded          = "degraded"
	FaultNeverReady        = "never-ready"
	FaultStuckOperator     = "stuck-operator"
	FaultSlowRollout       = "slow-rollout"
	FaultReadyOffTheOld    = "ready-off-the-old"
	FaultThrottled         = "throttled-silently"
	FaultNoopDeploy        = "noop-deploy"
	FaultSuperseded        = "superseded"
)

// How the API may tell less than is true of an agent.
const (
	FaultLegacyReady = "legacy-ready"
	FaultOldAnswers  = "old-answers"
	FaultStaleRead   = "stale-read"
	FaultLogsLate    = "logs-late"
)

// What can go wrong with a session.
const (
	FaultCapacity           = "capacity"
	FaultStartNotReady      = "start-not-ready"
	FaultStartRateLimited   = "start-rate-limited"
	FaultStartError         = "start-error"
	FaultBilling            = "billing"
	FaultBotRaises          = "bot-raises"
	FaultSessionEndsAtOnce  = "session-ends-at-once"
	FaultSessionByOld       = "session-by-old"
	FaultSessionUnstoppable = "session-unstoppable"
	FaultSessionsUnlisted   = "sessions-unlisted"
)

// What can go wrong with a secret set, when it is written.
const (
	FaultSecretsPending  = "secrets-pending"
	FaultSecretsFailed   = "secrets-failed"
	FaultSecretsConflict = "secrets-conflict"
	FaultSecretsSlow     = "secrets-slow"
	FaultSecretsLost     = "secrets-lost"
)

// What can go wrong with a cloud build and the upload before it.
const (
	FaultBuildFails       = "build-fails"
	FaultBuildSlow        = "build-slow"
	FaultBuildStuck       = "build-stuck"
	FaultBuildTimeout     = "build-timeout"
	FaultCachedBuild      = "cached-build"
	FaultUploadURLExpired = "upload-url-expired"
	FaultUploadRefused    = "upload-refused"
)

// Faults switches bad days on and off. Those of the wire strike in front of both APIs and the upload.
func (e *Emulator) Faults() *fault.Board { return e.board }

// faultKinds lists what can go wrong, besides the wire.
func faultKinds() []fault.Kind {
	return slices.Concat(
		of("agent", deployKinds()), of("agent", readKinds()), of("agent", sessionKinds()),
		of("secret set", secretKinds()), of("region", buildKinds()),
	)
}

func of(names string, kinds []fault.Kind) []fault.Kind {
	for i := range kinds {
		kinds[i].Names = names
	}
	return kinds
}

func deployKinds() []fault.Kind {
	return []fault.Kind{
		{Name: FaultImageNotFound, About: "the next deployment ends in errors[]: PCC_IMAGE_NOT_FOUND"},
		{Name: FaultImageUnauthorized, About: "the next deployment ends in errors[]: PCC_IMAGE_PULL_UNAUTHORIZED"},
		{Name: FaultImageTooLarge, About: "the next deployment ends in errors[]: PCC_IMAGE_TOO_LARGE"},
		{Name: FaultPullRateLimit, About: "the next deployment ends in errors[]: PCC_IMAGE_PULL_RATE_LIMIT"},
		{Name: FaultInvalidPlatform, About: "the next deployment ends in errors[]: PCC_INVALID_IMAGE_PLATFORM"},
		{Name: FaultUnknownError, About: "the next deployment ends in errors[]: PCC_UNKNOWN_ERROR"},
		{Name: FaultPullBackOff, About: "the next deployment's image is pulled for ever, and errors[] stays empty"},
		{Name: FaultCrashLoop, About: "the next deployment's bot.py fails at import, again and again"},
		{Name: FaultRolloutFailed, About: "the next deployment's revision ends in the phase Failed, without a reason"},
		{Name: FaultDegraded, About: "the next deployment is Degraded for ever, and the old one serves"},
		{Name: FaultNeverReady, About: "the next deployment stays in Validating for ever"},
		{Name: FaultStuckOperator, About: "the next deployment is never picked up: reconciled stays the old one, which looks ready"},
		{Name: FaultSlowRollout, About: "the next deployment takes this long to become active", For: 5 * time.Minute},
		{Name: FaultReadyOffTheOld, About: "the next deployment is picked up this late: until then the old one looks ready", For: time.Minute},
		{Name: FaultThrottled, About: "the next deployment is accepted and picked up, and then nothing happens for this long", For: 15 * time.Minute},
		{Name: FaultNoopDeploy, About: "the next update is answered 200 with a warning, and nothing is rolled"},
		{Name: FaultSuperseded, About: "somebody else deploys this long after the next deployment (at least one phase)"},
	}
}

func readKinds() []fault.Kind {
	return []fault.Kind{
		{Name: FaultLegacyReady, About: "ready stays false; activeDeploymentReady alone says that it is"},
		{Name: FaultOldAnswers, About: "an agent is told as the API once did: no available, no desired id, no revisions, no errors"},
		{Name: FaultStaleRead, About: "for this long after a deployment was accepted the agent reads as before it", For: 2 * time.Second},
		{Name: FaultLogsLate, About: "the agent's log lines can be read only this long after they were written", For: 30 * time.Second},
	}
}

func sessionKinds() []fault.Kind {
	return []fault.Kind{
		{Name: FaultCapacity, About: "start is refused: 429 PCC-AGENT-AT-CAPACITY"},
		{Name: FaultStartNotReady, About: "start is refused: 400 PCC-1001, the deployment is not ready"},
		{Name: FaultStartRateLimited, About: "start is refused: 429, the rate limit"},
		{Name: FaultStartError, About: "start answers 500, and nothing is started"},
		{Name: FaultBilling, About: "start is refused: PCC-1004, no billing credentials"},
		{Name: FaultBotRaises, About: "the bot of the next session raises an exception, which is only in the log: HTTP_COMPLETED"},
		{Name: FaultSessionEndsAtOnce, About: "the next session is over as soon as it has begun"},
		{Name: FaultSessionByOld, About: "for this long after a rollout the deployment before it serves new sessions", For: time.Minute},
		{Name: FaultSessionUnstoppable, About: "stopping a session answers 500, and it runs on"},
		{Name: FaultSessionsUnlisted, About: "the list of sessions is empty; each can be read by its id"},
	}
}

func secretKinds() []fault.Kind {
	return []fault.Kind{
		{Name: FaultSecretsPending, About: "the secret set that is written next stays pending for ever"},
		{Name: FaultSecretsFailed, About: "the secret set that is written next fails"},
		{Name: FaultSecretsSlow, About: "the secret set that is written next takes this long to be ready", For: 30 * time.Second},
		{Name: FaultSecretsLost, About: "the secret set that is written next is ready, and the keys are not in it"},
		{Name: FaultSecretsConflict, About: "writing to a secret set that exists is refused: 409, modified concurrently"},
	}
}

func buildKinds() []fault.Kind {
	return []fault.Kind{
		{Name: FaultBuildFails, About: "the next build fails, with an errorMessage and a log"},
		{Name: FaultBuildSlow, About: "the next build takes this long", For: 5 * time.Minute},
		{Name: FaultBuildStuck, About: "the next build is building for ever"},
		{Name: FaultBuildTimeout, About: "the next build ends with the status timeout"},
		{Name: FaultCachedBuild, About: "the next build is answered 200: somebody has built the same before, which no list told"},
		{Name: FaultUploadURLExpired, About: "an upload is refused: its address has expired"},
		{Name: FaultUploadRefused, About: "an upload is refused: the signature does not match"},
	}
}
