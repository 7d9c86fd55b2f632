package box

import (
	"net"

	"readme/cli/release"
	"readme/cli/spec"
)

// Ignored says which variables of a shell the box ignores.
func Ignored(environ []string) string { return ignored(environ) }

// Loopback refuses an own server that is not on this machine.
func Loopback(value string) error { return loopback(OwnDatabase, value) }

// TakeLock takes a lock until the result is called.
func TakeLock(dir, name, command string) (func(), Holder, error) {
	l, h, err := takeLock(dir, name, command)
	if err != nil {
		return nil, h, err
	}
	return l.release, h, nil
}

// Held reports who holds a lock.
func Held(dir, name string) *Holder { return held(dir, name) }

// Memory is what the box remembers.
type Memory struct{ s *state }

// LoadMemory reads it from a box's folder.
func LoadMemory(dir string) (Memory, error) {
	s, err := loadState(dir)
	return Memory{s}, err
}

// Secret gives a secret that is drawn once.
func (m Memory) Secret(name, prefix string) (string, error) { return m.s.secret(name, prefix) }

// Listen opens a port that is drawn once.
func (m Memory) Listen(name string) (net.Listener, error) { return m.s.listen(name) }

// Notes says what was drawn again.
func (m Memory) Notes() []string { return m.s.notes() }

// Ports counts the ports that are remembered.
func (m Memory) Ports() int { return len(m.s.Ports) }

// Values gives the matrix's variables their values in a box with these parts.
func Values(dir string, info Info, matrix *spec.Matrix, addresses map[string]string) (map[string]release.Secret, error) {
	s, err := loadState(dir)
	if err != nil {
		return nil, err
	}
	return (&Box{state: s, info: info}).values(matrix, addresses)
}

// ForService picks the values of the service that a deploy brings.
func ForService(matrix *spec.Matrix, deploy string, values map[string]release.Secret) map[string]string {
	return forService(matrix, deploy, values)
}
