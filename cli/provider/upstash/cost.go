package upstash

import (
	"fmt"
	"time"
)

// What Upstash gives and takes (its pricing page, 2026): 500,000 commands a month are free, and on the plan without a
// fixed price 100,000 cost 20 cents. A blocking read is one command however long it waits, and each command inside of a
// pipeline, a transaction or a script counts.
const (
	freePlan    = 500_000
	centsPer100 = 20 // for 100,000 commands
	month       = 30 * 24 * time.Hour

	// perJob is what a job costs beside: XADD, XREADGROUP, XACK, XDEL.
	perJob = 4
)

// Idle is what workers do while there is no job.
type Idle struct {
	Workers int           // how many run; 0 means 1
	Block   time.Duration // how long one read waits before it is asked again
	Claim   time.Duration // between two looks for what a worker that died had in hand
}

// ProductWorker is the product's worker with the settings it has: services/queue has them, and its tests compare, for
// the CLI knows nothing of the services.
func ProductWorker() Idle { return Idle{Workers: 1, Block: 30 * time.Second, Claim: time.Minute} }

// PerMonth is how many commands the idle workers send in 30 days.
func (i Idle) PerMonth() int {
	if i.Block <= 0 || i.Claim <= 0 {
		return 0
	}
	return max(i.Workers, 1) * int(month/i.Block+month/i.Claim)
}

// String is what it costs, in a sentence.
func (i Idle) String() string {
	n := i.PerMonth()
	text := fmt.Sprintf("idle: about %d commands a minute, %d thousand a month", n/int(month/time.Minute), (n+500)/1000)
	if n > freePlan {
		return text + fmt.Sprintf("; the free plan has 500 thousand, and without it that is $%.2f; each job costs %d more", float64(n)/100_000*centsPer100/100, perJob)
	}
	return text + fmt.Sprintf(", %d %% of the free plan's 500 thousand; each job costs %d more", (n*100+freePlan/2)/freePlan, perJob)
}
