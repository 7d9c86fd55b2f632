package postgres

// PID is the server's process, for tests that kill it.
func (s *Server) PID() int { return s.child.PID() }

// PinnedMajor is the major version of the build that is fetched.
const PinnedMajor = pinnedMajor

// OnlyIn makes a search look at nothing but these globs and fetch the package with this hash.
func (b Binaries) OnlyIn(integrity string, globs ...string) Binaries {
	b.globs = append([]string{}, globs...)
	b.pin = &pin{system: "test-x64", integrity: integrity}
	return b
}
