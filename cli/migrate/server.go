package migrate

import "readme/cli/release"

// Server is what a DATABASE_URL says without its password.
type Server struct {
	Host     string // without a port
	User     string
	Database string
}

// ServerOf reads a DATABASE_URL and connects to nobody. Its error is a *release.Fault without the password.
func ServerOf(url release.Secret) (Server, error) {
	a, err := parse(url)
	if err != nil {
		return Server{}, err
	}
	host := a.url.Hostname()
	if host == "" {
		host = a.url.Query().Get("host")
	}
	return Server{Host: host, User: a.url.User.Username(), Database: a.url.Path[1:]}, nil
}
