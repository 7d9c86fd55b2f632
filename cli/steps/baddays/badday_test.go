package baddays_test

import "testing"

// tables are all rows, by what they are about.
func tables() map[string][]row {
	return map[string][]row{
		"Railway_deploymentsThatGoWrong":   railwayDeploymentsThatGoWrong(),
		"Railway_workersThatGoWrong":       railwayWorkersThatGoWrong(),
		"Railway_commitsThatGoWrong":       railwayCommitsThatGoWrong(),
		"Railway_waysBackThatAreBarred":    railwayWaysBackThatAreBarred(),
		"Railway_readingsThatMislead":      railwayReadingsThatMislead(),
		"Railway_operationsThatAreRefused": railwayOperationsThatAreRefused(),
		"Vercel_deploymentsThatGoWrong":    vercelDeploymentsThatGoWrong(),
		"Vercel_promotesThatGoWrong":       vercelPromotesThatGoWrong(),
		"Vercel_waysBackThatAreBarred":     vercelWaysBackThatAreBarred(),
		"Vercel_projectsThatAreMade":       vercelProjectsThatAreMade(),
		"Pipecat_rolloutsThatGoWrong":      pipecatRolloutsThatGoWrong(),
		"Pipecat_readingsThatMislead":      pipecatReadingsThatMislead(),
		"Pipecat_sessionsThatGoWrong":      pipecatSessionsThatGoWrong(),
		"Pipecat_buildsThatGoWrong":        pipecatBuildsThatGoWrong(),
		"Pipecat_secretsThatAreNotTaken":   pipecatSecretsThatAreNotTaken(),
		"Variables_thatAreWritten":         variablesThatAreWritten(),
		"Supabase_badDays":                 supabaseBadDays(),
		"Wire_writesThatAreCarriedOut":     wireWritesThatAreCarriedOut(),
		"Wire_writesThatAreLost":           wireWritesThatAreLost(),
		"Wire_readings":                    wireReadings(),
		"Wire_waysBack":                    wireWaysBack(),
		"Wire_tokensThatAreTakenAway":      wireTokensThatAreTakenAway(),
		"Vendors_thatAreDownForTenMinutes": outages(),
	}
}

// Each row is a release: its verdict is held against what the vendors really serve ten minutes later.
func TestBadDays(t *testing.T) {
	for name, rows := range tables() {
		t.Run(name, func(t *testing.T) { try(t, rows) })
	}
}
