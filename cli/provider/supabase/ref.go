package supabase

import (
	"net"
	"net/url"
	"strings"

	"readme/cli/migrate"
	"readme/cli/release"
)

// CheckRef refuses a SUPABASE_URL or a DATABASE_URL that belongs to another project than the pinned ref: its error is
// a *release.Fault with exit 3. It knows the addresses that Supabase gives out: <ref>.supabase.co, db.<ref>.supabase.co,
// and a pooler with the user <role>.<ref>. What is at an address of its own says nothing about its project and passes;
// so does an emulator on this machine, but not together with a real half. An empty database is not looked at.
func CheckRef(ref, project string, database release.Secret) error {
	if ref == "" {
		return nil
	}
	storage := hostOf(project)
	if at := refOfHost(storage); at != "" && !strings.EqualFold(at, ref) {
		return otherProject("SUPABASE_URL", ref, at, "https://"+ref+".supabase.co")
	}
	if database.Empty() {
		return nil
	}
	server, err := migrate.ServerOf(database)
	if err != nil {
		return err
	}
	if storage != "" && loopback(storage) != loopback(server.Host) {
		return &release.Fault{
			Title:  "SUPABASE_URL and DATABASE_URL are not of one world",
			Detail: "one of them leads to this machine and the other does not: half of a release would be pretended",
			Evidence: []release.Evidence{{Label: "addresses", Lines: []string{
				"SUPABASE_URL: " + storage, "DATABASE_URL: " + server.Host,
			}}},
			Try: "readme-ops doctor", Exit: release.ExitInvalid,
		}
	}
	if at := refOfServer(server); at != "" && !strings.EqualFold(at, ref) {
		return otherProject("DATABASE_URL", ref, at, "postgresql://postgres."+ref+":PASSWORD@HOST:5432/postgres")
	}
	return nil
}

func otherProject(variable, want, got, address string) error {
	return &release.Fault{
		Title:  variable + " belongs to another Supabase project than the pinned one",
		Detail: "a release would change the wrong project",
		Evidence: []release.Evidence{{Label: "project refs", Lines: []string{
			"pinned in release.yaml: " + want, "in " + variable + ": " + got,
		}}},
		Try: "export " + variable + "='" + address + "'", Exit: release.ExitInvalid,
	}
}

// refOfHost finds the project's ref in <ref>.supabase.co, <ref>.storage.supabase.co and db.<ref>.supabase.co.
func refOfHost(host string) string {
	name, ok := strings.CutSuffix(strings.ToLower(host), ".supabase.co")
	if !ok {
		return ""
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "db."), ".storage")
	if strings.Contains(name, ".") {
		return ""
	}
	return name
}

// refOfServer finds it in the host, or in the user where that is a pooler's.
func refOfServer(s migrate.Server) string {
	if ref := refOfHost(s.Host); ref != "" {
		return ref
	}
	if strings.HasSuffix(strings.ToLower(s.Host), ".pooler.supabase.com") {
		_, ref, _ := strings.Cut(s.User, ".")
		return ref
	}
	return ""
}

func hostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasPrefix(host, "/") || ip != nil && ip.IsLoopback() // a path is a socket's
}
