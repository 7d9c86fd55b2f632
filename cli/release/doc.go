// Package release holds the nouns of a release: Plan, Step, Event, State, Fault, Secret. It imports the standard
// library only, and everything else imports it.
package release
