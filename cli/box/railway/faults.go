package railway

import (
	"slices"
	"time"

	"readme/cli/box/fault"
)

// The faults of a deployment. Only is the service, "api", or that of one environment,
// "production/api"; deployments that others start are spared. Those of the wire (package
// fault) can be had too; for them Only is a part of "mutation serviceInstanceDeployV2", "query deployment", "POST up".
const (
	FaultSlowBuild    = "slow-build"
	FaultBuildFails   = "build-fails"
	FaultPullFails    = "pull-fails"
	FaultStuckBuild   = "stuck-building"
	FaultStuckDeploy  = "stuck-deploying"
	FaultHealthNever  = "health-never"
	FaultCrashes      = "crashes-after-success"
	FaultFlapping     = "flapping"
	FaultStops        = "stops-after-success"
	FaultFallsAsleep  = "falls-asleep"
	FaultSkipped      = "skipped"
	FaultSkippedByCI  = "skipped-by-ci"
	FaultApproval     = "needs-approval"
	FaultQueued       = "queued"
	FaultWaitsForCI   = "waits-for-ci"
	FaultCancelled    = "cancelled"
	FaultOldSettings  = "settings-ignored"
	FaultOldLingers   = "old-lingers"
	FaultRemoved      = "removed-under-us"
	FaultStranger     = "somebody-else-deploys"
	FaultPushBefore   = "push-before-us"
	FaultPushAfter    = "push-after-us"
	FaultNoCommit     = "commit-not-found"
	FaultWrongCommit  = "wrong-commit"
	FaultNoRollback   = "rollback-refused"
	FaultImageGone    = "image-gone"
	FaultConnect      = "connect-deploys"
	FaultTooLarge     = "upload-too-large"
	FaultVariables    = "variables-trigger-deploy"
	FaultVarsLost     = "variables-lost"
	FaultVarsEmptied  = "variables-emptied"
	FaultVarsLate     = "variables-late"
	FaultSettingsFail = "settings-lost"
	FaultDeleteStages = "delete-stages"
)

// The faults of what is read. Only is the service, if nothing else is said.
const (
	FaultStaleReads    = "stale-reads"
	FaultStaleLatest   = "stale-latest"
	FaultUnknownStatus = "unknown-status"
	FaultLogsLate      = "logs-late"
	FaultLogsEmpty     = "logs-empty"
	FaultNoDomain      = "no-domain"
	FaultUnverified    = "unverified-domain"
	FaultEdgeLate      = "edge-late"
	FaultEdgeChallenge = "edge-challenge"
	FaultEdgeSignIn    = "edge-sign-in"
	FaultSealed        = "sealed-variable" // Only is the variable
	FaultStaged        = "staged-changes"  // Only is the environment
	FaultRestricted    = "restricted"      // Only is the environment

)

// The faults of an operation. Only is its field, such as "deploymentRollback", or "up".
const (
	FaultMuddledAnswer = "muddled-answer"
	FaultAnswerHeld    = "answer-held"
	FaultNotAuthorized = "not-authorized"
	FaultReadOnly      = "not-authorized-writes"
	FaultTooQuickly    = "too-quickly"
	FaultTwoFactor     = "two-factor"
)

// kinds lists them.
func kinds() []fault.Kind {
	return slices.Concat(deploymentKinds(), readKinds(), operationKinds())
}

func deploymentKinds() []fault.Kind {
	list := []fault.Kind{
		{Name: FaultSlowBuild, About: "the build takes longer", For: time.Minute},
		{Name: FaultBuildFails, About: "the build fails: FAILED, and the old deployment goes on"},
		{Name: FaultPullFails, About: "the image cannot be pulled: FAILED after 2 s with empty logs, and the service stays pinned to it"},
		{Name: FaultStuckBuild, About: "BUILDING never ends"},
		{Name: FaultStuckDeploy, About: "DEPLOYING never ends, beyond the health check's time-out"},
		{Name: FaultHealthNever, About: "the health check never passes: FAILED after this time, or the service's own time-out"},
		{Name: FaultCrashes, About: "SUCCESS, and CRASHED after this time", For: 5 * time.Second},
		{Name: FaultFlapping, About: "the process crashes, is restarted, SUCCESS, and so on each time after this time, until CRASHED", For: 5 * time.Second},
		{Name: FaultStops, About: "SUCCESS, and after this time deploymentStopped with no process", For: 5 * time.Second},
		{Name: FaultFallsAsleep, About: "SUCCESS, and SLEEPING after this time, until the first request, which gets 502", For: 5 * time.Second},
		{Name: FaultSkipped, About: "the new deployment is SKIPPED: no changes to watched files"},
		{Name: FaultSkippedByCI, About: "the new deployment is SKIPPED: its check suite failed"},
		{Name: FaultApproval, About: "the new deployment stays NEEDS_APPROVAL until somebody approves it"},
		{Name: FaultQueued, About: "the new deployment is QUEUED for this time", For: time.Minute},
		{Name: FaultWaitsForCI, About: "the new deployment is WAITING for its check suites for this time", For: time.Minute},
		{Name: FaultCancelled, About: "the build ends with the status CANCELLED, which no schema knows"},
		{Name: FaultOldSettings, About: "the new deployment goes out with the settings of the one before, though they read back as written"},
		{Name: FaultOldLingers, About: "the superseded deployment runs on beside the new one for this time", For: 30 * time.Second},
		{Name: FaultRemoved, About: "somebody removes the deployment, this time after SUCCESS", For: 5 * time.Second},
		{Name: FaultStranger, About: "somebody else's upload supersedes the deployment, this time after SUCCESS", For: 5 * time.Second},
		{Name: FaultPushBefore, About: "where pushes are deployed, one starts a deployment of the commit just before ours"},
		{Name: FaultPushAfter, About: "where pushes are deployed, one starts a deployment of the commit this time after ours", For: time.Second},
		{Name: FaultNoCommit, About: "Commit not found: the push has not arrived, and nothing is created"},
		{Name: FaultWrongCommit, About: "the deployment is made of the commit that was deployed before, not of the one that was asked for"},
		{Name: FaultNoRollback, About: "a rollback is refused with HTTP 200 and an error"},
		{Name: FaultImageGone, About: "the images of former deployments are gone: canRollback is false"},
		{Name: FaultConnect, About: "connecting a service to a source starts a deployment at once"},
		{Name: FaultTooLarge, About: "the upload is refused as too large"},
		{Name: FaultVarsLost, About: "variables that are written are accepted, and not kept"},
		{Name: FaultVarsEmptied, About: "variables that are written are accepted, and kept empty"},
		{Name: FaultVarsLate, About: "variables that are written read as before for this time", For: 5 * time.Second},
		{Name: FaultVariables, About: "writing variables starts a deployment though it was asked not to"},
		{Name: FaultDeleteStages, About: "deleting a variable leaves a staged change, and the variable"},
		{Name: FaultSettingsFail, About: "changed settings are answered with true, and not kept"},
	}
	return named(list, "service")
}

func readKinds() []fault.Kind {
	return append(named([]fault.Kind{
		{Name: FaultStaleReads, About: "a new deployment is in no list, and not found by its id, for this time", For: 5 * time.Second},
		{Name: FaultStaleLatest, About: "latestDeployment stays the old one for this time", For: 5 * time.Second},
		{Name: FaultUnknownStatus, About: "a deployment's status reads PONDERING"},
		{Name: FaultLogsLate, About: "log lines are readable only after this time", For: 30 * time.Second},
		{Name: FaultLogsEmpty, About: "there are no log lines, ever"},
		{Name: FaultNoDomain, About: "no domain is listed, and none can be made"},
		{Name: FaultUnverified, About: "a custom domain is listed that is not verified yet"},
		{Name: FaultEdgeLate, About: "the public address answers 404 until this time after SUCCESS", For: 10 * time.Second},
		{Name: FaultEdgeChallenge, About: "the public address answers with 429 and a challenge page: it is in Under Attack mode"},
		{Name: FaultEdgeSignIn, About: "the public address answers with 401: Railway's authentication is in front of it"},
	}, "service"),
		fault.Kind{Name: FaultSealed, About: "a variable is there, but its value reads null", Names: "variable"},
		fault.Kind{Name: FaultStaged, About: "the dashboard has staged changes that are not deployed", Names: "environment"},
		fault.Kind{Name: FaultRestricted, About: "the environment is restricted: canAccess is false, and it cannot be written to", Names: "environment"},
	)
}

func operationKinds() []fault.Kind {
	return named([]fault.Kind{
		{Name: FaultMuddledAnswer, About: "it is done, and answered with HTTP 200 and an error that says nothing"},
		{Name: FaultAnswerHeld, About: "it is done, and instead of an answer the connection is cut after this time", For: time.Minute},
		{Name: FaultNotAuthorized, About: "Not Authorized, with HTTP 200: the token was revoked, or may not do this"},
		{Name: FaultReadOnly, About: "Not Authorized for what writes: the token may only read"},
		{Name: FaultTooQuickly, About: "refused with HTTP 200 and a sentence about a throttle of its own"},
		{Name: FaultTwoFactor, About: "refused with HTTP 200: the workspace wants two-factor authentication"},
	}, "operation")
}

func named(list []fault.Kind, names string) []fault.Kind {
	for i := range list {
		list[i].Names = names
	}
	return list
}
