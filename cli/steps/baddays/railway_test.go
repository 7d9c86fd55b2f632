package baddays_test

import (
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
	"readme/cli/release"
)

func atRailway(name, only string, times int) row {
	return row{vendor: "railway", Fault: fault.Fault{Name: name, Only: only, Times: times}}
}

func railwayDeploymentsThatGoWrong() []row {
	api := func(name string) row { return atRailway(name, "api", 1) }
	return []row{
		api(railway.FaultSlowBuild),
		api(railway.FaultBuildFails).ends(release.ExitStepFailed, "api did not go live", "a fault of the box"),
		api(railway.FaultPullFails).of(fromImages).ends(release.ExitStepFailed, "api did not go live", "acme/api:2"),
		api(railway.FaultStuckBuild).ends(release.ExitStepFailed, "api", "BUILDING").takes(21 * time.Minute),
		api(railway.FaultStuckDeploy).ends(release.ExitStepFailed, "api", "DEPLOYING").takes(21 * time.Minute),
		api(railway.FaultHealthNever).ends(release.ExitStepFailed, "api did not go live", "health check"),
		api(railway.FaultCrashes).ends(release.ExitSmokeFailed, "api", "crashed"),
		api(railway.FaultFlapping).ends(release.ExitStepFailed, "api", "crashed"),
		api(railway.FaultStops).ends(release.ExitSmokeFailed, "api", "its process has ended"),
		api(railway.FaultFallsAsleep),
		api(railway.FaultSkipped).ends(release.ExitStepFailed, "skipped", "watch paths"),
		api(railway.FaultSkippedByCI).ends(release.ExitStepFailed, "skipped", "Wait for CI"),
		api(railway.FaultApproval).ends(release.ExitStepFailed, "waits for a person", "approve"),
		api(railway.FaultQueued),
		api(railway.FaultWaitsForCI),
		api(railway.FaultCancelled).ends(release.ExitStepFailed, "cancelled"),
		api(railway.FaultOldLingers),
		api(railway.FaultRemoved).ends(release.ExitSmokeFailed, "api", "removed"),
		api(railway.FaultStranger).ends(release.ExitNotPutBack, "api", "somebody else").
			leaves(truth{api: "(2 runs, and  is on record)", worker: "1", bot: "1", client: "1"}, "a colleague's hotfix is not ours to take away"),
		api(railway.FaultTooLarge).ends(release.ExitStepFailed, "too large"),
		api(railway.FaultVariables),
		api(railway.FaultVarsLost).ends(release.ExitStepFailed, "api", "RELEASE_COMMIT"),
		api(railway.FaultVarsEmptied).ends(release.ExitStepFailed, "api", "RELEASE_COMMIT", "empty"),
		api(railway.FaultVarsLate),
		api(railway.FaultVarsLate).lasts(5*time.Minute).ends(release.ExitStepFailed, "api", "RELEASE_COMMIT"),
		api(railway.FaultVarsLost).first().ends(release.ExitStepFailed, "api", "ADMIN_TOKEN is not there"),
		api(railway.FaultVarsEmptied).first().ends(release.ExitStepFailed, "api", "ADMIN_TOKEN reads back empty"),
		api(railway.FaultSettingsFail),
		api(railway.FaultOldSettings).ends(release.ExitDone, "with another setting"),
	}
}

func railwayWorkersThatGoWrong() []row {
	worker := func(name string) row { return atRailway(name, "worker", 1) }
	return []row{
		worker(railway.FaultCrashes).ends(release.ExitStepFailed, "worker", "crashed"),
		worker(railway.FaultFlapping).ends(release.ExitStepFailed, "worker", "crashed"),
		worker(railway.FaultStops).ends(release.ExitStepFailed, "worker", "its process has ended"),
		worker(railway.FaultRemoved).ends(release.ExitStepFailed, "worker"),
		worker(railway.FaultBuildFails).ends(release.ExitStepFailed, "worker did not go live"),
		worker(railway.FaultStaleReads),
		worker(railway.FaultLogsLate),
		atRailway(railway.FaultLogsLate, "worker", 0),
		atRailway(railway.FaultLogsEmpty, "worker", 0).ends(release.ExitSmokeFailed, "the worker works"),
	}
}

func railwayCommitsThatGoWrong() []row {
	api := func(name string) row { return atRailway(name, "api", 1).of(fromCommits) }
	return []row{
		api(railway.FaultPushBefore).repeats(),
		api(railway.FaultPushAfter).repeats(),
		api(railway.FaultNoCommit).ends(release.ExitStepFailed, "does not find commit", "pushed"),
		api(railway.FaultWrongCommit).ends(release.ExitStepFailed, "another commit"),
		api(railway.FaultSkippedByCI).ends(release.ExitStepFailed, "Wait for CI"),
		api(railway.FaultBuildFails).ends(release.ExitStepFailed, "api did not go live"),
		api(railway.FaultStaleReads),
		api(railway.FaultWaitsForCI),
		atRailway(railway.FaultMuddledAnswer, "serviceInstanceDeployV2", 1).of(fromCommits),
		atRailway(railway.FaultAnswerHeld, "serviceInstanceDeployV2", 1).of(fromCommits),
		atRailway(railway.FaultConnect, "api", 1).of(fromCommits).first().repeats(),
	}
}

func railwayWaysBackThatAreBarred() []row {
	api := func(name string) row { return atRailway(name, "api", 0) }
	return []row{
		api(railway.FaultNoRollback).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		api(railway.FaultNoRollback).flawed(flawDomain).ends(release.ExitSmokeFailed),
		api(railway.FaultNoRollback).of(fromCommits).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		api(railway.FaultNoRollback).of(fromImages).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		api(railway.FaultImageGone).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		api(railway.FaultImageGone).of(fromCommits).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		api(railway.FaultImageGone).of(fromImages).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		atRailway(railway.FaultMuddledAnswer, "deploymentRollback", 1).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		atRailway(railway.FaultAnswerHeld, "deploymentRollback", 1).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		atRailway(railway.FaultReadOnly, "deploymentRollback", 0).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		atRailway(railway.FaultReadOnly, "", 0).starts("the client loads").flawed(flawSmoke).ends(release.ExitNotPutBack, "api could not be put back", "not authorized").
			leaves(truth{api: "2", worker: "2", bot: "1", client: "1"}, "the token may not roll back any more"),
	}
}

func railwayReadingsThatMislead() []row {
	api := func(name string, times int) row { return atRailway(name, "api", times) }
	return []row{
		api(railway.FaultStaleReads, 1),
		api(railway.FaultStaleReads, 1).lasts(25 * time.Second),
		api(railway.FaultStaleLatest, 1),
		api(railway.FaultStaleLatest, 1).lasts(25 * time.Second),
		api(railway.FaultUnknownStatus, 3),
		api(railway.FaultUnknownStatus, 0).starts("planned").ends(release.ExitNotPutBack, "PONDERING").takes(41*time.Minute).
			leaves(all("1"), "the way back cannot be seen to have arrived either"),
		api(railway.FaultLogsLate, 0),
		api(railway.FaultLogsEmpty, 0),
		api(railway.FaultNoDomain, 0).ends(release.ExitStepFailed, "make a domain for api"),
		api(railway.FaultNoDomain, 0).first().ends(release.ExitStepFailed, "domain"),
		api(railway.FaultUnverified, 0),
		api(railway.FaultEdgeLate, 0),
		api(railway.FaultEdgeLate, 0).lasts(5*time.Minute).ends(release.ExitSmokeFailed, "404"),
		api(railway.FaultEdgeChallenge, 2),
		api(railway.FaultEdgeChallenge, 0).ends(release.ExitSmokeFailed, "429"),
		api(railway.FaultEdgeSignIn, 0).ends(release.ExitSmokeFailed, "401", "sign in"),
		atRailway(railway.FaultSealed, "ADMIN_TOKEN", 0),
		atRailway(railway.FaultSealed, "RELEASE_COMMIT", 0),
		api(railway.FaultDeleteStages, 0), // a release deletes no variable
		atRailway(railway.FaultStaged, "dev", 0).ends(release.ExitDone, "staged"),
		atRailway(railway.FaultRestricted, "dev", 0).ends(release.ExitStepFailed, "not authorized"),
	}
}

func railwayOperationsThatAreRefused() []row {
	op := atRailway
	return []row{
		op(railway.FaultMuddledAnswer, "variableCollectionUpsert", 1),
		op(railway.FaultMuddledAnswer, "serviceInstanceUpdate", 1),
		op(railway.FaultAnswerHeld, "variableCollectionUpsert", 1),
		op(railway.FaultAnswerHeld, "serviceInstanceUpdate", 1),
		op(railway.FaultAnswerHeld, "up", 1),
		op(railway.FaultMuddledAnswer, "serviceCreate", 1).first(),
		op(railway.FaultMuddledAnswer, "serviceDomainCreate", 1).first(),
		op(railway.FaultAnswerHeld, "serviceCreate", 1).first(),
		op(railway.FaultReadOnly, "", 0).ends(release.ExitStepFailed, "not authorized"),
		op(railway.FaultNotAuthorized, "serviceInstanceUpdate", 0).ends(release.ExitStepFailed, "not authorized"),
		op(railway.FaultNotAuthorized, "", 0).ends(release.ExitInvalid, "railway").unplanned(),
		op(railway.FaultTooQuickly, "", 2),
		op(railway.FaultTooQuickly, "variableCollectionUpsert", 0).ends(release.ExitStepFailed, "too quickly"),
		op(railway.FaultTwoFactor, "variableCollectionUpsert", 0).ends(release.ExitStepFailed, "two factor"),
		op(railway.FaultTwoFactor, "", 0).ends(release.ExitStepFailed, "two factor", "nothing was changed").unplanned(),
	}
}
