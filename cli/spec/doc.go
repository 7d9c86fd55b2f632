// Package spec reads release.yaml and envmatrix.yaml into typed values. Every mistake is a release.Fault with
// file:line:column, and all of them are reported at once.
package spec
