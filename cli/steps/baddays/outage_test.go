package baddays_test

import (
	"time"

	"readme/cli/box/fault"
	"readme/cli/release"
)

// A vendor that is down for ten minutes, in the middle of what it was asked for: it has taken the deployment, the promote
// or the way back, and says nothing more. Before that, what it says is another matter: see wireWritesThatAreLost.
func outages() []row {
	var rows []row
	for _, name := range []string{fault.Unavailable, fault.ConnectionCut, fault.Hangs} {
		at := func(vendor, step string, later time.Duration) row {
			r := wire(vendor, name, "", 0).starts(step)
			r.later, r.gone = later, 10*time.Minute
			return r.takes(15 * time.Minute)
		}
		domain := at("vercel", "undo:promote client", 500*time.Millisecond).flawed(flawDomain).ends(release.ExitSmokeFailed)
		if name == fault.Hangs {
			domain = domain.ends(release.ExitNotPutBack, "client could not be put back").
				leaves(all("1"), "it was put back, but the time to see that went by with calls that hang")
		}
		rows = append(rows, domain,
			at("railway", "api", 3*time.Second),
			at("pipecat", "bot", 3*time.Second).ends(release.ExitStepFailed, "bot"), // it was building, and is put back
			at("vercel", "client", 3*time.Second),
			at("vercel", "promote client", 500*time.Millisecond).ends(release.ExitStepFailed, "client"),
			at("railway", "undo:api", time.Second).flawed(flawSmoke).ends(release.ExitSmokeFailed),
			at("pipecat", "undo:bot", time.Second).flawed(flawSmoke).ends(release.ExitSmokeFailed),
		)
	}
	return rows
}
