package app

import (
	"io"
	"slices"
	"sync"

	"readme/cli/release"
	"readme/cli/spec"
	"readme/cli/view"
)

// veil knows every secret that the process has come to know, and takes them out of what leaves it. It may be used from
// several goroutines.
type veil struct {
	mu      sync.Mutex
	secrets []release.Secret
	mask    *release.Mask
	flow    *view.Workflow // a runner of GitHub's, which is told of them too; nil elsewhere
}

// add learns of more secrets.
func (v *veil) add(secrets ...release.Secret) {
	v.mu.Lock()
	defer v.mu.Unlock()
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s release.Secret) bool {
		return s.Empty() || slices.ContainsFunc(v.secrets, func(o release.Secret) bool { return o.Reveal() == s.Reveal() })
	})
	if len(secrets) == 0 {
		return
	}
	v.secrets = append(v.secrets, secrets...)
	v.mask = release.NewMask(v.secrets...)
	if v.flow != nil {
		_ = v.flow.Mask(secrets) // it is told what it must not show; we do not show it either
	}
}

// learn adds the values that the matrix calls secret, or does not know.
func (v *veil) learn(m *spec.Matrix, values map[string]release.Secret) {
	plain := plainOnes(m)
	for _, name := range sortedKeys(values) {
		if !plain[name] {
			v.add(values[name])
		}
	}
}

// know learns of the secrets that lie in the process's own environment, whether this command reads them or not.
func (a *app) know(p *project) {
	m, values := p.withOwn(), map[string]release.Secret{}
	for _, v := range m.Variables {
		if value, ok := a.sys.Lookup(v.Name); ok && v.Secret {
			values[v.Name] = release.NewSecret(value)
		}
	}
	a.veil.learn(m, values)
}

// text hides the secrets in a text.
func (v *veil) text(s string) string {
	v.mu.Lock()
	mask := v.mask
	v.mu.Unlock()
	return mask.Text(s)
}

// over is a writer without secrets. Each Write has to be of whole lines: what is cut into two is not found.
func (v *veil) over(w io.Writer) io.Writer { return veiled{w, v} }

type veiled struct {
	w io.Writer
	v *veil
}

func (w veiled) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, w.v.text(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
