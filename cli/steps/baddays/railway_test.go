package baddays_test

import (
	"testing"
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/railway"
	"readme/cli/release"
)

func atRailway(name, only string, times int) row {
	return row{vendor: "railway", Fault: fault.Fault{Name: name, Only: only, Times: times}}
}

func (r row) ends(exit int, says ...string) row {
	r.exit, r.says = exit, says
	return r
}

func TestRailway_deploymentsThatGoWrong(t *testing.T) {
	api := func(name string) row { return atRailway(name, "api", 1) }
	try(t, []row{
		api(railway.FaultSlowBuild),
		api(railway.FaultBuildFails).ends(release.ExitStepFailed, "api did not go live", "a fault of the box"),
		api(railway.FaultStuckBuild).ends(release.ExitStepFailed, "api", "BUILDING").takes(21 * time.Minute),
		api(railway.FaultStuckDeploy).ends(release.ExitStepFailed, "api", "DEPLOYING").takes(21 * time.Minute),
		api(railway.FaultHealthNever).ends(release.ExitStepFailed, "api did not go live", "health check"),
		api(railway.FaultCrashes).ends(release.ExitStepFailed, "api", "crashed"),
		api(railway.FaultFlapping).ends(release.ExitStepFailed, "api", "crashed"),
		api(railway.FaultStops).ends(release.ExitStepFailed, "api", "its process has ended"),
		api(railway.FaultFallsAsleep),
		api(railway.FaultSkipped).ends(release.ExitStepFailed, "skipped", "watch paths"),
		api(railway.FaultSkippedByCI).ends(release.ExitStepFailed, "skipped", "Wait for CI"),
		api(railway.FaultApproval).ends(release.ExitStepFailed, "waits for a person", "approve"),
		api(railway.FaultQueued),
		api(railway.FaultWaitsForCI),
		api(railway.FaultCancelled).ends(release.ExitStepFailed, "cancelled"),
		api(railway.FaultOldLingers),
		api(railway.FaultRemoved).ends(release.ExitStepFailed, "api"),
		api(railway.FaultTooLarge).ends(release.ExitStepFailed, "too large"),
		api(railway.FaultVariables),
		api(railway.FaultSettingsFail),
	})
}

// takes gives a row another limit than the usual one.
func (r row) takes(d time.Duration) row {
	r.within = d
	return r
}
