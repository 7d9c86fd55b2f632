package box

import (
	"readme/cli/release"
	"readme/cli/smoke"
	"readme/cli/spec"
)

// values gives each variable of the matrix the value that a founder would have typed at the vendors: the box's own
// addresses and keys, the matrix's fixed values and defaults, and for any other secret one that is drawn once.
// A variable that stays without a value is not in the result; parity reports it where it is required.
func (b *Box) values(matrix *spec.Matrix, addresses map[string]string) (map[string]release.Secret, error) {
	own := map[string]string{
		"DATABASE_URL":             b.info.Database.Reveal(),
		"REDIS_URL":                b.info.Redis.Reveal(),
		"SUPABASE_URL":             b.info.Supabase,
		"SUPABASE_SECRET_KEY":      b.info.SupabaseKey.Reveal(),
		"BOT_START_PUBLIC_API_KEY": b.info.PipecatPublicKey.Reveal(),
	}
	out := map[string]release.Secret{}
	for _, v := range matrix.Variables {
		if !v.RequiredIn(b.info.Env) && own[v.Name] == "" && v.Value == "" && v.Default == "" {
			continue
		}
		value, found := own[v.Name]
		switch {
		case found:
		case v.Value != "":
			expanded, err := smoke.Expand(v.Value, func(name string) (string, bool) {
				s, ok := addresses[name]
				return s, ok
			})
			if err != nil {
				at := v.At
				return nil, &release.Fault{
					Title: "the box has no value for " + v.Name, Detail: err.Error(), Where: &at,
					Try: "refer to a service's url or start_url", Exit: release.ExitInvalid,
				}
			}
			value = expanded
		case v.Default != "":
			value = v.Default
		case v.Secret:
			drawn, err := b.state.secret("variable/"+v.Name, "")
			if err != nil {
				return nil, err
			}
			value = drawn
		default:
			continue
		}
		out[v.Name] = release.NewSecret(value)
	}
	return out, nil
}

// forService picks those that the matrix gives to the service that a deploy brings.
func forService(matrix *spec.Matrix, deploy string, values map[string]release.Secret) map[string]string {
	out := map[string]string{}
	for _, s := range matrix.Services {
		if s.Deploy != deploy {
			continue
		}
		for _, v := range matrix.Of(s.Name) {
			if value, ok := values[v.Name]; ok {
				out[v.Name] = value.Reveal()
			}
		}
	}
	return out
}
