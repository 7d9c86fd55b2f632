package baddays_test

import (
	"time"

	"readme/cli/box/fault"
	"readme/cli/box/vercel"
	"readme/cli/release"
)

func atVercel(name string, times int) row {
	return row{vendor: "vercel", Fault: fault.Fault{Name: name, Times: times}}
}

func vercelDeploymentsThatGoWrong() []row {
	once := func(name string) row { return atVercel(name, 1) }
	return []row{
		once(vercel.DeployLost).ends(release.ExitStepFailed, "client was not deployed", "500"),
		once(vercel.DeployUnanswered),
		once(vercel.DeployUnanswered).of(fromCommits),
		once(vercel.DeployUnanswered).with(atVercel(vercel.ListLags, 0)),
		atVercel(vercel.DailyLimit, 0).ends(release.ExitStepFailed, "used up"),
		once(vercel.GitLate).of(fromCommits),
		atVercel(vercel.GitLate, 0).of(fromCommits).ends(release.ExitStepFailed, "Vercel does not find commit 2222222"),
		once(vercel.DuplicateGitDeploy).of(fromCommits).repeats(),
		once(vercel.DuplicateGitDeploy).of(fromCommits).repeats().flawed(flawSmoke).ends(release.ExitSmokeFailed, "the client loads"),
		once(vercel.DuplicateGitDeploy).of(fromCommits).repeats().flawed(flawDomain).ends(release.ExitSmokeFailed, "the client loads"),
		atVercel(vercel.ListLags, 0),
		once(vercel.QueuedForever).ends(release.ExitStepFailed, "client", "QUEUED").takes(21 * time.Minute),
		once(vercel.Blocked).ends(release.ExitStepFailed, "client waits for a person", "seat"),
		once(vercel.Blocked).of(fromCommits).ends(release.ExitStepFailed, "client waits for a person"),
		once(vercel.BuildStuck).ends(release.ExitStepFailed, "client", "BUILDING").takes(21 * time.Minute),
		once(vercel.BuildFails).ends(release.ExitStepFailed, "client did not go live", "next build"),
		once(vercel.CanceledUnderUs).ends(release.ExitStepFailed, "client", "cancel"),
		once(vercel.UnknownState),
		once(vercel.ChecksFailed).ends(release.ExitStepFailed, "client", "checks"),
		once(vercel.AliasLate),
		once(vercel.AliasNever).ends(release.ExitStepFailed, "client").takes(21 * time.Minute),
		once(vercel.AliasError).ends(release.ExitStepFailed, "client", "certificate"),
		once(vercel.CrashesAtRun).ends(release.ExitSmokeFailed, "the client loads", "500"),
		atVercel(vercel.Protected, 0).ends(release.ExitSmokeFailed, "deployment protection"),
		atVercel(vercel.ProjectPaused, 0).ends(release.ExitSmokeFailed, "paused"),
	}
}

func vercelPromotesThatGoWrong() []row {
	once := func(name string) row { return atVercel(name, 1) }
	return []row{
		once(vercel.PromoteRefused),
		atVercel(vercel.PromoteRefused, 0).ends(release.ExitStepFailed, "client", "409"),
		once(vercel.PromoteLost),
		atVercel(vercel.PromoteLost, 0).ends(release.ExitStepFailed, "client", "promote").takes(8 * time.Minute),
		once(vercel.PromoteLate),
		once(vercel.PromoteLate).lasts(7*time.Minute).ends(release.ExitStepFailed, "client").takes(10 * time.Minute),
		once(vercel.PromoteFails),
		atVercel(vercel.PromoteFails, 0).ends(release.ExitStepFailed, "client", "failed"),
		once(vercel.StaleAlias),
		once(vercel.StaleAlias).lasts(3 * time.Minute),
		once(vercel.ServesOld),
		once(vercel.ServesOld).flawed(flawDomain).ends(release.ExitSmokeFailed, "the client loads"),
	}
}

func vercelWaysBackThatAreBarred() []row {
	back := func(name string, times int) row { return atVercel(name, times).flawed(flawDomain) }
	return []row{
		back(vercel.RollbackRefused, 1).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.RollbackRefused, 0).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.RollbackLost, 1).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.RollbackLost, 0).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.RollbackLate, 1).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.RollbackLate, 1).lasts(30*time.Minute).ends(release.ExitNotPutBack, "client could not be put back").takes(14*time.Minute).
			leaves(truth{api: "1", worker: "1", bot: "1", client: "(500 version 2 has a flaw)"}, "Vercel took the rollback and is not done with it ten minutes later"),
		back(vercel.RollbackFails, 1).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.RollbackFails, 0).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.StaleAlias, 0).ends(release.ExitSmokeFailed, "the client loads"),
		back(vercel.ServesOld, 0).ends(release.ExitSmokeFailed, "the client loads"),
	}
}

func vercelProjectsThatAreMade() []row {
	fresh := func(name string, times int) row { r := atVercel(name, times).first(); r.has = bare; return r }
	return []row{
		fresh(vercel.EnvPartlyFailed, 1).ends(release.ExitStepFailed, "client", "variable"),
		fresh(vercel.EnvBusy, 1).ends(release.ExitSmokeFailed, "protection"), // as every project that is made over the API
		fresh(vercel.EnvBusy, 0).ends(release.ExitStepFailed, "client", "ongoing"),
		fresh(vercel.EnvLost, 1).ends(release.ExitStepFailed, "client", "BOT_START_URL is not there"),
		fresh(vercel.EnvEmptied, 1).ends(release.ExitStepFailed, "client", "BOT_START_URL reads back empty"),
		fresh(vercel.EnvLate, 1).ends(release.ExitSmokeFailed, "protection"),
		fresh(vercel.EnvLate, 1).lasts(5*time.Minute).ends(release.ExitStepFailed, "client", "BOT_START_URL"),
		fresh(vercel.EnvUnreadable, 0).ends(release.ExitStepFailed, "client", "BOT_START_URL reads back empty"),
		atVercel(vercel.EnvUnreadable, 0), // what nobody can read is there all the same
		{vendor: "vercel", Fault: fault.Fault{Name: vercel.EnvOwned, Only: "BOT_START_URL"}},
	}
}
