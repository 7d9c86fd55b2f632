// Package gate holds what release.yaml requires of an environment against what is known of a commit. It is pure: what
// git and the records say is handed in.
package gate
