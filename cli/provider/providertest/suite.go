package providertest

import (
	"context"
	"testing"
	"time"

	"readme/cli/provider"
	"readme/cli/release"
)

// Host is what every vendor's client can do with one service. A vendor's test adapts its client to it, as package
// steps does. What more it can do is asked by type assertion: Restorer, Remover, Promoter, Logs, Variables and so on.
// A case that needs a power which the host lacks is skipped.
type Host interface {
	Live(ctx context.Context) (provider.Deployment, error)
	Deploy(ctx context.Context, r provider.Request) (id string, err error)
	Deployment(ctx context.Context, id string) (provider.Deployment, error)
}

// The powers, with the shapes that package steps asks for.
type (
	// Restorer goes back to an earlier deployment, and gives the id to watch.
	Restorer interface {
		Restore(ctx context.Context, to provider.Deployment, m provider.Marker) (id string, err error)
	}
	// Remover takes a deployment away, or cancels it on its way.
	Remover interface {
		Remove(ctx context.Context, id string) error
	}
	// Promoter puts a staged deployment on the domain. A host that has it may end a deploy as Staged.
	Promoter interface {
		Promote(ctx context.Context, id string) error
		Domain(ctx context.Context) (string, error)
	}
	// Logs reads what a deployment has written, oldest first.
	Logs interface {
		BuildLogs(ctx context.Context, id string) ([]provider.LogLine, error)
		Logs(ctx context.Context, id string, since time.Time, contains string) ([]provider.LogLine, error)
	}
	// Variables reads what the next deployment will get, sorted by name.
	Variables interface {
		Variables(ctx context.Context) ([]provider.Variable, error)
	}
	// VariableSetter writes variables, starts no deployment with them, and has read them back.
	VariableSetter interface {
		SetVariables(ctx context.Context, vars []provider.NewVariable) error
	}
	// Outdated names the variables that what is live does not have as they are now.
	Outdated interface {
		Outdated(ctx context.Context, live provider.Deployment) ([]string, error)
	}
	// Maker makes what the service needs and does not have.
	Maker interface {
		Missing(ctx context.Context) ([]string, error)
		Make(ctx context.Context, r provider.Request, variables map[string]release.Secret) error
	}
)

// Subject is one vendor's client, and where it is tried. Fields that are nil or zero leave their cases out, with the
// reason; New, Request, Poll and Within are needed.
type Subject struct {
	Vendor string

	// In runs one case, in a synctest bubble for instance; nil runs it as it is. What New starts belongs to the inner t.
	In func(t *testing.T, f func(t *testing.T))

	// New gives a host whose service exists and was never deployed. On a real account it makes one, or uses one up;
	// either way it takes away what it made, in t.Cleanup.
	New func(t *testing.T) Host
	// Used says that the service of New has a history already, so that nobody may ask what was there before the first.
	Used bool
	// Request is the good release number n, counted from 1: other content, another marker.
	Request func(t *testing.T, n int) provider.Request
	// Bears checks that a deployment is the one of this request. Nil compares the markers; a vendor that keeps none
	// compares what it does keep.
	Bears func(t *testing.T, d provider.Deployment, r provider.Request)

	Broken  func(t *testing.T) provider.Request // what cannot be built, or does not start
	Says    string                              // what the log of a broken one says
	Words   func(n int) string                  // what the log of release n says, and that of no other
	Unknown string                              // an id in the vendor's shape that does not exist

	WrongToken func(t *testing.T) Host // the token is a wrong one
	Token      string                  // that wrong token, which no error may show
	Mend       string                  // the variable that an error about the token names

	Nothing  func(t *testing.T) Host           // its service does not exist yet
	Variable string                            // a variable that New's service has, by its name
	Lose     func(t *testing.T, h Host)        // lets the next write of variables be accepted, and not kept
	Late     func(t *testing.T, h Host)        // lets it be kept, and be read a few seconds late
	Owned    func(t *testing.T, h Host) string // makes a variable somebody else's, and gives its name
	Cut      func(t *testing.T, h Host)        // lets the next deploy be carried out, and its answer be lost
	Hang     func(t *testing.T, h Host)        // lets the vendor no longer answer
	Made     func(t *testing.T, h Host) int    // how many deployments the vendor has on record

	Poll   time.Duration // between two looks at a deployment
	Within time.Duration // of one deployment
	Lag    time.Duration // how long reads may lag behind a write
}

// Run holds a vendor's client to what all clients promise.
func Run(t *testing.T, s Subject) {
	t.Helper()
	in := s.In
	if in == nil {
		in = func(t *testing.T, f func(t *testing.T)) {
			t.Helper()
			f(t)
		}
	}
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			if c.unless != nil {
				if why := c.unless(s); why != "" {
					t.Skip(s.Vendor + ": " + why)
				}
			}
			in(t, func(t *testing.T) {
				t.Helper()
				c.run(&trial{T: t, Subject: s})
			})
		})
	}
}

// rule is one promise, named by a sentence.
type rule struct {
	name   string
	unless func(Subject) string // why it cannot be tried; "" if it can
	run    func(*trial)
}

func cases() []rule {
	return []rule{
		{"what was never deployed reads as nothing", used, neverDeployed},
		{"a deploy goes live and bears its commit", nil, deployGoesLive},
		{"the same id reads the same twice", nil, readsTheSame},
		{"an unknown id is not found", noUnknown, unknownID},
		{"a second deploy supersedes the first", nil, supersedes},
		{"a broken deploy fails with a reason, and what served before still serves", noBroken, brokenDeploy},
		{"going back brings the earlier one back, and the next deploy goes live", nil, goesBack},
		{"a staged deploy leaves the domain alone, and a second promote changes nothing", nil, promotes},
		{"what is removed on its way never serves", nil, removedOnItsWay},
		{"the only deployment is removed, and nothing serves", used, removesTheOnlyOne},
		{"a wrong token is refused, by the name of its variable", noWrongToken, wrongToken},
		{"a call whose context has ended fails with its cause, and does nothing", nil, ended},
		{"a call that hangs ends with its context", noHang, hangs},
		{"a deploy whose answer is lost is found again, and not sent twice", noCut, cutDeploy},
		{"the logs of two deployments never mix", noWords, logsApart},
		{"variables are read", noVariable, variablesAreRead},
		{"variables are written over and over, the others stay, and nothing is deployed", nil, writesVariables},
		{"what is written after a deploy is outdated until the next one", nil, outdates},
		{"a variable that is accepted and not kept is no success", noLose, losesVariables},
		{"a variable that is read late is a success", noLate, readsLate},
		{"neither a mask nor nothing is written, nor what is somebody else's", nil, refusesVariables},
		{"what is missing is named, made, and then missing no more", noNothing, makesWhatIsMissing},
	}
}

func because(missing bool, why string) string {
	if missing {
		return why
	}
	return ""
}

func used(s Subject) string      { return because(s.Used, "its service has a history") }
func noUnknown(s Subject) string { return because(s.Unknown == "", "no unknown id is given") }
func noBroken(s Subject) string {
	return because(s.Broken == nil, "nothing that it takes can be broken")
}

func noWrongToken(s Subject) string {
	return because(s.WrongToken == nil, "no wrong token can be tried")
}
func noHang(s Subject) string     { return because(s.Hang == nil, "it cannot be made to hang") }
func noCut(s Subject) string      { return because(s.Cut == nil, "its answers cannot be cut") }
func noWords(s Subject) string    { return because(s.Words == nil, "no words of a log are given") }
func noVariable(s Subject) string { return because(s.Variable == "", "no variable is given") }
func noLose(s Subject) string     { return because(s.Lose == nil, "no write of its can be lost") }
func noLate(s Subject) string     { return because(s.Late == nil, "no read of its can be late") }
func noNothing(s Subject) string  { return because(s.Nothing == nil, "nothing can be missing") }
