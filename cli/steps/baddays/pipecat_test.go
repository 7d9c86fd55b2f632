package baddays_test

import (
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/pipecat"
	"readme/cli/release"
)

func atPipecat(name string, times int) row {
	return row{vendor: "pipecat", Fault: fault.Fault{Name: name, Times: times}}
}

func pipecatRolloutsThatGoWrong() []row {
	once := func(name string) row { return atPipecat(name, 1) }
	image := func(name string) row { return atPipecat(name, 1).of(fromImages) }
	return []row{
		image(pipecat.FaultImageNotFound).ends(release.ExitStepFailed, "bot did not go live", "not found"),
		image(pipecat.FaultImageUnauthorized).ends(release.ExitStepFailed, "bot did not go live", "pull secret"),
		image(pipecat.FaultImageTooLarge).ends(release.ExitStepFailed, "bot did not go live", "too large"),
		image(pipecat.FaultPullRateLimit).ends(release.ExitStepFailed, "bot did not go live", "rate limit"),
		image(pipecat.FaultInvalidPlatform).ends(release.ExitStepFailed, "bot did not go live", "arm64"),
		image(pipecat.FaultUnknownError).ends(release.ExitStepFailed, "bot did not go live", "exited at start"),
		image(pipecat.FaultPullBackOff).ends(release.ExitStepFailed, "bot", "pull").takes(21 * time.Minute),
		image(pipecat.FaultCrashLoop).ends(release.ExitStepFailed, "bot did not go live", "missing_module"),
		once(pipecat.FaultCrashLoop).ends(release.ExitStepFailed, "bot did not go live", "missing_module"),
		once(pipecat.FaultRolloutFailed).ends(release.ExitStepFailed, "bot did not go live"),
		once(pipecat.FaultDegraded).ends(release.ExitStepFailed, "bot").takes(21 * time.Minute),
		once(pipecat.FaultNeverReady).ends(release.ExitStepFailed, "bot").takes(21 * time.Minute),
		once(pipecat.FaultStuckOperator).ends(release.ExitStepFailed, "bot").takes(21 * time.Minute),
		once(pipecat.FaultSlowRollout).takes(9 * time.Minute),
		once(pipecat.FaultReadyOffTheOld),
		once(pipecat.FaultThrottled).takes(19 * time.Minute),
		once(pipecat.FaultNoopDeploy),
		image(pipecat.FaultNoopDeploy),
		atPipecat(pipecat.FaultNoopDeploy, 0).ends(release.ExitStepFailed, "bot"),
		once(pipecat.FaultSuperseded).ends(release.ExitNotPutBack, "bot", "somebody else").
			leaves(truth{api: "1", worker: "1", bot: "somebody-else/bot:1", client: "1"}, "somebody else's bot is not ours to take away"),
	}
}

func pipecatReadingsThatMislead() []row {
	on := func(name string) row { return atPipecat(name, 0) }
	return []row{
		on(pipecat.FaultLegacyReady),
		on(pipecat.FaultOldAnswers),
		on(pipecat.FaultStaleRead),
		on(pipecat.FaultStaleRead).lasts(20 * time.Second),
		on(pipecat.FaultLogsLate),
		on(pipecat.FaultSessionsUnlisted),
	}
}

func pipecatSessionsThatGoWrong() []row {
	const starts = "the client starts the bot"
	once := func(name string) row { return atPipecat(name, 1) }
	twice := func(name string) row { return atPipecat(name, 2) }
	on := func(name string) row { return atPipecat(name, 0) }
	return []row{
		once(pipecat.FaultCapacity),
		on(pipecat.FaultCapacity).ends(release.ExitSmokeFailed, starts, "503", "maximum agent instances"),
		once(pipecat.FaultStartNotReady),
		on(pipecat.FaultStartNotReady).ends(release.ExitSmokeFailed, starts, "PCC-1001"),
		once(pipecat.FaultStartRateLimited),
		on(pipecat.FaultStartRateLimited).ends(release.ExitSmokeFailed, starts, "503"),
		once(pipecat.FaultStartError),
		on(pipecat.FaultStartError).ends(release.ExitSmokeFailed, starts, "502"),
		on(pipecat.FaultBilling).ends(release.ExitSmokeFailed, starts, "billing"),
		once(pipecat.FaultBotRaises), // a check is tried once more
		twice(pipecat.FaultBotRaises).ends(release.ExitSmokeFailed, starts, "the bot failed"),
		twice(pipecat.FaultBotRaises).with(on(pipecat.FaultLogsLate)).ends(release.ExitSmokeFailed, starts),
		once(pipecat.FaultSessionEndsAtOnce),
		twice(pipecat.FaultSessionEndsAtOnce).ends(release.ExitSmokeFailed, starts, "ended by itself"),
		on(pipecat.FaultSessionByOld),
		on(pipecat.FaultSessionByOld).lasts(5*time.Minute).ends(release.ExitSmokeFailed, starts, "served the session"),
		once(pipecat.FaultSessionUnstoppable),
		on(pipecat.FaultSessionUnstoppable).ends(release.ExitSmokeFailed, starts, "could not be stopped", "billed"),
	}
}

func pipecatBuildsThatGoWrong() []row {
	once := func(name string) row { return atPipecat(name, 1) }
	return []row{
		once(pipecat.FaultBuildFails).ends(release.ExitStepFailed, "bot could not be built", "pip install"),
		once(pipecat.FaultBuildSlow).takes(9 * time.Minute),
		once(pipecat.FaultBuildStuck).ends(release.ExitStepFailed, "bot").takes(11 * time.Minute),
		once(pipecat.FaultBuildTimeout).ends(release.ExitStepFailed, "bot could not be built", "timed out"),
		once(pipecat.FaultCachedBuild),
		once(pipecat.FaultUploadURLExpired),
		once(pipecat.FaultUploadRefused),
		atPipecat(pipecat.FaultUploadURLExpired, 0).ends(release.ExitStepFailed, "bot", "expired"),
		atPipecat(pipecat.FaultUploadRefused, 0).ends(release.ExitStepFailed, "bot", "signature"),
	}
}

func pipecatSecretsThatAreNotTaken() []row {
	once := func(name string) row { return atPipecat(name, 1).first() }
	conflict := func(times int) row {
		r := atPipecat(pipecat.FaultSecretsConflict, times).first()
		r.has = butASet
		return r
	}
	return []row{
		once(pipecat.FaultSecretsPending).ends(release.ExitStepFailed, "bot", "secret set"),
		once(pipecat.FaultSecretsFailed).ends(release.ExitStepFailed, "bot", "secret set"),
		once(pipecat.FaultSecretsSlow),
		once(pipecat.FaultSecretsSlow).lasts(5*time.Minute).ends(release.ExitStepFailed, "bot", "still not provisioned"),
		once(pipecat.FaultSecretsLost).ends(release.ExitStepFailed, "bot", "OPENAI_API_KEY is not there"),
		conflict(1),
		conflict(0).ends(release.ExitStepFailed, "bot", "modified concurrently"),
	}
}
